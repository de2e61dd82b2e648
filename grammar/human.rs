//! Grammar rules in the words of people.

use crate::Rule;

/// What people call a rule, with its article; `None` for rules that say nothing to them.
pub fn human_name(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::name | Rule::owner | Rule::member | Rule::column => "a name",
        Rule::dotted | Rule::path => "a name",
        Rule::number | Rule::count_of => "a number",
        Rule::clock => "a time of day such as `16:00`",
        Rule::text => "a text in quotes",
        Rule::unit => "a unit",
        Rule::expr | Rule::sum | Rule::single | Rule::over => "a value",
        Rule::state => "a state such as `present` or `stale`",
        Rule::cast_word => "`number`, `int`, `text` or `ratio`",
        Rule::calendar_unit => "`days`, `months` or `years`",
        Rule::args | Rule::params => "`(`",
        Rule::members | Rule::fields | Rule::value => "`{`",
        Rule::list => "a list",
        Rule::ty => "a type",
        Rule::json_path | Rule::json_keys => "a path in the data",
        Rule::key_case => "`camel`, `kebab` or `exact`",
        Rule::since_what => "`cohort`, `phase` or `rollback`",
        Rule::then_word | Rule::back_to => "what is to happen, such as `rollback NAME`",
        Rule::outcome | Rule::result => "an outcome such as `blocked`",
        Rule::event => "`enter`, `advance`, `rollback by` or an outcome",
        Rule::place => "a phase or a share",
        Rule::compare => "a comparison such as `<=`",
        Rule::through => "`through`",
        Rule::to_word => "`to`",
        Rule::level => "a level such as `hard`",
        Rule::day => "a day such as `mon`",
        Rule::month | Rule::month_day => "a month such as `jan`",
        Rule::month_end => "`first` or `last`",
        Rule::red_word => "`pause` or `restart`",
        Rule::unknown_word => "`fire` or `ignore`",
        Rule::people_rule => "`distinct` or `not NAME`",
        Rule::quorum | Rule::quorum_word => "a role",
        Rule::stop | Rule::cohort_range => "a share such as `10%`",
        Rule::item => "a gate or a condition",
        Rule::bind | Rule::comp => "rows such as `x in rows`",
        Rule::entering | Rule::cohorts_to | Rule::cohorts_from => {
            "`entering`, `cohorts to`, `cohorts from` or `when`"
        }
        Rule::row | Rule::cell => "a cell",
        Rule::reason => "a reason",
        Rule::cause | Rule::cause_word => "a state such as `stale`",
        Rule::change => "a change such as `slo.p95 = 601ms`",
        Rule::aged | Rule::change_about | Rule::change_from => "`=`, `aged`, `about` or `from`",
        Rule::arm | Rule::pattern | Rule::otherwise => "a case such as `low => 1`",
        Rule::entry => "an entry such as `name: value`",
        Rule::parameter => "a parameter such as `limit: duration`",
        _ => return None,
    })
}
