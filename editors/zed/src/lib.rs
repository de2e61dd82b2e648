//! Tells Zed how `rolloutc lsp` is started: as the settings say, else as found on the path. Knows nothing of policies.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{
    Command, Extension, LanguageServerId, Result, Worktree, register_extension,
};

struct Rollout;

impl Extension for Rollout {
    fn new() -> Self {
        Rollout
    }

    fn language_server_command(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Command> {
        let binary = LspSettings::for_worktree(server.as_ref(), worktree)
            .ok()
            .and_then(|settings| settings.binary);
        let (named, args) = binary.map_or((None, None), |binary| (binary.path, binary.arguments));
        let command = named
            .or_else(|| worktree.which("rolloutc"))
            .ok_or("`rolloutc` is not on the path: install it, or name it in the settings as `lsp.rolloutc.binary.path`")?;
        Ok(Command {
            command,
            args: args.unwrap_or_else(|| vec!["lsp".to_owned()]),
            env: worktree.shell_env(),
        })
    }
}

register_extension!(Rollout);
