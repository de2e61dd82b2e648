//! Params and the subject from flags, the environment and defaults. Knows the order in which they beat each
//! other and their bounds; knows no evidence.

use super::{known, value};
use crate::failure::Failure;
use rolloutc_runtime::bounds::Bound;
use rolloutc_runtime::evidence::{Param, ParamFrom, Subject};
use rolloutc_runtime::ir::{self, Const, Program};
use rolloutc_runtime::ty::Ty;

/// Splits `NAME=VALUE`.
pub fn pair<'t>(flag: &str, text: &'t str) -> Result<(&'t str, &'t str), Failure> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.trim(), value)),
        split => {
            // What stands behind the `=` may be a secret.
            let what = if split.is_some() {
                "it has no name before the `=`".to_string()
            } else {
                format!("`{text}` has no `=`")
            };
            Err(Failure::usage(format!("{flag} is not complete"), what)
                .help(format!("write {flag} NAME=VALUE")))
        }
    }
}

/// Reads `--param NAME=VALUE` flags, the environment and defaults: the first that speaks counts.
pub fn params(program: &Program, flags: &[String]) -> Result<Vec<Param>, Failure> {
    let environment = |name: &str| std::env::var_os(name);
    resolve(program, flags, &environment)
}

fn resolve(
    program: &Program,
    flags: &[String],
    environment: &dyn Fn(&str) -> Option<std::ffi::OsString>,
) -> Result<Vec<Param>, Failure> {
    let names: Vec<String> = program
        .params
        .iter()
        .map(|param| param.name.clone())
        .collect();
    let mut given = Vec::new();
    for flag in flags {
        let (name, text) = pair("--param", flag)?;
        if !names.iter().any(|known| known == name) {
            let message = format!("the policy declares no param `{name}`");
            return Err(Failure::usage("unknown param", message).help(known(name, &names)));
        }
        if given.iter().any(|(other, _)| *other == name) {
            return Err(Failure::usage(
                "a param is given twice",
                format!("--param {name} stands twice"),
            ));
        }
        given.push((name, text));
    }
    let mut params = Vec::new();
    for declared in &program.params {
        let flag = given.iter().find(|(name, _)| *name == declared.name);
        if let Some(param) = one(program, declared, flag.map(|(_, text)| *text), environment)? {
            params.push(param);
        }
    }
    Ok(params)
}

fn one(
    program: &Program,
    declared: &ir::Param,
    flag: Option<&str>,
    environment: &dyn Fn(&str) -> Option<std::ffi::OsString>,
) -> Result<Option<Param>, Failure> {
    let name = &declared.name;
    let variable = declared
        .env
        .as_ref()
        .and_then(|env| Some((env, environment(env)?)));
    let (value, from, whence) = match (flag, variable, &declared.default) {
        (Some(text), _, _) => (
            value::parse(text, &declared.ty, program),
            ParamFrom::Flag,
            "--param".to_string(),
        ),
        (None, Some((env, text)), _) => {
            let value = match text.to_str() {
                Some(text) => value::parse_in(text, &declared.ty, declared.env_unit, program),
                None => Err("its value is not UTF-8".into()),
            };
            (value, ParamFrom::Env, format!("variable {env}"))
        }
        (None, None, Some(value)) => (Ok(value.clone()), ParamFrom::Default, "its default".into()),
        (None, None, None) if !declared.judged => return Ok(None),
        // What may be absent is, where nobody gives it.
        (None, None, None) if matches!(declared.ty, Ty::Optional(_)) => {
            return Ok(Some(Param {
                name: name.clone(),
                value: Const::Null,
                from: ParamFrom::Default,
            }));
        }
        (None, None, None) => {
            let mut help = format!("give it with --param {name}=VALUE");
            if let Some(env) = &declared.env {
                help.push_str(&format!(", or in the variable {env}"));
            }
            return Err(Failure::usage(
                "a param has no value",
                format!("`{name}` has neither a value nor a default"),
            )
            .help(help));
        }
    };
    // A secret is there by name only: its value stays in the environment, and out of every message.
    if declared.ty.required() == &Ty::Secret {
        return Ok(Some(Param {
            name: name.clone(),
            value: Const::Null,
            from,
        }));
    }
    let value = value.map_err(|error| {
        Failure::usage(
            "a param does not fit",
            format!("`{name}`, from {whence}: {error}"),
        )
    })?;
    within(program, declared, &value).map_err(|bound| {
        let shown = value::show(&value, &declared.ty, program);
        Failure::usage(
            "a param is out of its bounds",
            format!("`{name}` is {shown}, from {whence}"),
        )
        .help(format!("the policy allows {bound}"))
    })?;
    Ok(Some(Param {
        name: name.clone(),
        value,
        from,
    }))
}

/// Whether a value keeps `min`, `max` and `only`; else what is allowed.
fn within(program: &Program, declared: &ir::Param, value: &Const) -> Result<(), String> {
    let show = |bound: &Const| value::show(bound, declared.bounded(), program);
    match declared.broken_by(value) {
        None => Ok(()),
        Some(Bound::Least(min)) => Err(format!("at least {}", show(min))),
        Some(Bound::Most(max)) => Err(format!("at most {}", show(max))),
        Some(Bound::Only(only)) => {
            let all = only.iter();
            let all = all.map(|one| value::show(one, &declared.ty, program));
            Err(format!("only {}", all.collect::<Vec<_>>().join(", ")))
        }
    }
}

/// Reads `--subject NAME=VALUE` flags over what the bundle says. A subject is whole or there is none.
pub fn subject(
    program: &Program,
    flags: &[String],
    bundle: Option<Subject>,
) -> Result<Option<Subject>, Failure> {
    let names: Vec<String> = program.subject.keys().cloned().collect();
    let mut subject = bundle.unwrap_or_default();
    let mut said: Vec<&str> = Vec::new();
    for flag in flags {
        let (name, text) = pair("--subject", flag)?;
        let Some(ty) = program.subject.get(name) else {
            let message = format!(
                "the subject of `{}` has no member `{name}`",
                program.rollout
            );
            return Err(
                Failure::usage("unknown member of the subject", message).help(known(name, &names))
            );
        };
        if said.contains(&name) {
            let message = format!("--subject {name} stands twice");
            return Err(
                Failure::usage("a member of the subject is given twice", message)
                    .help("keep the one that is meant"),
            );
        }
        said.push(name);
        let value = value::parse(text, ty, program).map_err(|error| {
            Failure::usage("the subject does not fit", format!("`{name}`: {error}"))
        })?;
        subject.0.insert(name.to_string(), value);
    }
    if subject.0.is_empty() {
        return Ok(None);
    }
    match names.iter().find(|name| !subject.0.contains_key(*name)) {
        Some(missing) if !flags.is_empty() => Err(Failure::usage(
            "the subject is not complete",
            format!("`{missing}` is missing"),
        )
        .help(format!("add --subject {missing}=VALUE"))),
        _ => Ok(Some(subject)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolloutc_runtime::ir::OriginId;
    use rolloutc_runtime::unit::{Dimension, Unit, parse};

    fn program() -> Program {
        let duration = |text| parse(Dimension::Duration, text).expect("a duration");
        let mut program = Program::empty("p");
        let soak = ir::Param {
            name: "soak".into(),
            ty: Ty::Duration,
            default: Some(Const::Number(duration("30m"))),
            env: Some("SOAK".into()),
            env_unit: Some(Unit::Seconds),
            min: Some(Const::Number(duration("10m"))),
            max: None,
            only: Vec::new(),
            judged: true,
            at: OriginId(0),
        };
        let token = ir::Param {
            name: "token".into(),
            ty: Ty::Secret,
            default: None,
            env: Some("TOKEN".into()),
            env_unit: None,
            min: None,
            judged: false,
            ..soak.clone()
        };
        program.params = vec![soak, token];
        program.subject.insert("build".into(), Ty::Text);
        program
    }

    fn check(flags: &[&str], env: &[(&str, &str)], want: Result<(&str, ParamFrom), &str>) {
        let program = program();
        let flags: Vec<String> = flags.iter().map(|flag| flag.to_string()).collect();
        let environment = |name: &str| {
            env.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.into())
        };
        match (resolve(&program, &flags, &environment), want) {
            (Ok(params), Ok((value, from))) => {
                assert_eq!(
                    value::show(&params[0].value, &Ty::Duration, &program),
                    value
                );
                assert_eq!(params[0].from, from);
            }
            (Err(failure), Err(part)) => {
                assert_eq!(failure.exit, crate::exit::Exit::Usage);
                let shown = failure.render(crate::terminal::Look::Plain);
                assert!(shown.contains(part), "{part} in {shown}");
            }
            (got, want) => panic!("want {want:?}, got {got:?}"),
        }
    }

    #[test]
    fn a_flag_beats_a_variable_beats_the_default() {
        check(&[], &[], Ok(("30m", ParamFrom::Default)));
        check(&[], &[("SOAK", "1200")], Ok(("20m", ParamFrom::Env)));
        check(
            &["soak=15m"],
            &[("SOAK", "1200")],
            Ok(("15m", ParamFrom::Flag)),
        );
    }

    #[test]
    fn wrong_params_are_refused_with_the_way_out() {
        check(&["soak=5m"], &[], Err("at least 10m"));
        check(&[], &[("SOAK", "60")], Err("variable SOAK"));
        check(&["soak=soon"], &[], Err("not a duration"));
        check(&["soka=15m"], &[], Err("did you mean `soak`?"));
        check(&["soak"], &[], Err("no `=`"));
        check(&["soak=15m", "soak=16m"], &[], Err("twice"));
    }

    #[test]
    fn a_secret_is_there_by_name_only() {
        let environment = |name: &str| (name == "TOKEN").then(|| "hush".into());
        let params = resolve(&program(), &[], &environment).expect("params");
        assert_eq!(params[1].value, Const::Null);
        assert!(!format!("{params:?}").contains("hush"));
    }

    #[test]
    fn a_subject_is_whole_or_refused() {
        let of = |flags: &[&str]| {
            let flags: Vec<String> = flags.iter().map(|flag| flag.to_string()).collect();
            subject(&program(), &flags, None)
        };
        assert!(matches!(of(&[]), Ok(None)));
        assert!(matches!(of(&["build=4f2c"]), Ok(Some(_))));
        assert!(of(&["bild=4f2c"]).is_err());
    }
}
