use super::*;

#[track_caller]
fn value(value: impl Into<Value>, expected: TagValue) {
    let value = value.into();
    tags(|span| span.attributes.push(KeyValue::new("k", value)), &[tag("k", expected)]);
}

#[test]
fn values_keep_their_type() {
    value(true, TagValue::Bool(true));
    value(-7_i64, TagValue::Long(-7));
    value(i64::MIN, TagValue::Long(i64::MIN));
    value(0.5, TagValue::Double(0.5));
    value("äöü", TagValue::String("äöü".into()));
    value("", TagValue::String(String::new()));
}

#[test]
fn numbers_that_json_does_not_have_are_strings() {
    value(f64::NAN, TagValue::String("NaN".into()));
    value(f64::INFINITY, TagValue::String("+Inf".into()));
    value(f64::NEG_INFINITY, TagValue::String("-Inf".into()));
}

#[test]
fn arrays_are_json() {
    let json = |array: Array, text: &str| value(Value::Array(array), TagValue::String(text.into()));
    json(Array::Bool(vec![true, false]), "[true,false]");
    json(Array::I64(vec![]), "[]");
    json(Array::I64(vec![1, -2]), "[1,-2]");
    json(Array::F64(vec![1.5, f64::NAN, 1e300, f64::NEG_INFINITY]), "[1.5,\"NaN\",1e300,\"-Inf\"]");
    json(Array::String(vec!["a\"q".into(), "b\\\n\u{1}ü".into()]), r#"["a\"q","b\\\n\u0001ü"]"#);
}

#[test]
fn a_long_tag_is_cut_between_characters_and_a_log_is_not() {
    value("x".repeat(256), TagValue::String("x".repeat(256)));
    value("x".repeat(257), TagValue::String("x".repeat(256)));
    value(format!("x{}", "ü".repeat(200)), TagValue::String(format!("x{}", "ü".repeat(127))));

    let long = "x".repeat(300);
    let span = converted_with(|span| {
        span.events.events.push(Event::new("e", at(1), vec![KeyValue::new("stack", long.clone())], 0));
    });
    assert_eq!(span.logs[0].fields[1], string("stack", &long));
}
