//! What the description of the API says about registers: made from their tables, events and acts.

use super::read::PAGE;
use super::{acts, all, begins, fields};
use domain::register::column::Head;
use domain::register::{Declared, Shelf};
use serde_json::{Map, Value, json};

/// Adds the paths of every register.
pub(crate) fn add(document: &mut Value) {
    for (plural, shelf) in all() {
        let paths = &mut document["paths"];
        paths[format!("/api/v1/{plural}")] = json!({ "get": list(plural) });
        paths[format!("/api/v1/{plural}/{{code}}")] = json!({ "get": show(plural, shelf) });
        paths[format!("/api/v1/{plural}/{{code}}/stream")] =
            json!({ "get": stream("The token is of scope read or act.") });
        let first: Vec<Declared> = begins(shelf).collect();
        if !first.is_empty() {
            paths[format!("/api/v1/{plural}")]["post"] = doing(&first);
        }
        for act in acts(shelf) {
            paths[format!("/api/v1/{plural}/{{code}}/{}", act.code)] =
                json!({ "post": doing(std::slice::from_ref(&act)) });
        }
        add_party(paths, plural, shelf);
    }
}

/// Adds what a party does with the record's secret.
fn add_party(paths: &mut Value, plural: &str, shelf: &dyn Shelf) {
    let code = format!("/api/v1/{plural}/{{code}}");
    let looks = [(code.clone(), "get"), (format!("{code}/stream"), "get")];
    let own: Vec<_> = super::party::acts(shelf).map(|act| (format!("{code}/{}", act.code), "post")).collect();
    if own.is_empty() {
        return;
    }
    for (path, method) in looks.into_iter().chain(own) {
        let operation = &mut paths[path][method];
        operation["security"] = json!([{ "token": [] }, { "record": [] }]);
        operation["responses"]["429"] = problem("Too many tries, or too many acts: try again later.");
        let said = operation["description"].as_str().unwrap_or_default();
        let party = "With Record-Secret, the long secret that was handed out when the record began, by its party: it sees code, \
            version, stage, unit, day and what it may do.";
        operation["description"] = format!("{said} {party}").trim().into();
    }
    // A party is told less than a token.
    paths[&code]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = json!({ "anyOf": [
        paths[&code]["get"]["responses"]["200"]["content"]["application/json"]["schema"].take(),
        partys(),
    ] });
}

/// A record as its party sees it.
fn partys() -> Value {
    let mut properties = common();
    properties.insert("acts".into(), json!({ "type": "array", "items": text() }));
    object(properties)
}

/// Adds what a token does with cases to what stands there about residents.
pub(crate) fn add_cases(document: &mut Value) {
    let paths = &mut document["paths"];
    let mut cases = list("cases that the token's post sees");
    cases["description"] = "The cases that the token's post sees, by the ledger index of their first entry; with changed_since by that of their \
        last one. A page looks at a stretch of the ledger, so it may be short or empty while there is a next: go on from there. \
        To keep a copy, ask with changed_since and remember the largest position that you got. The unit is the one that leads, or led last. The token is of scope act."
        .into();
    paths["/api/v1/cases"]["get"] = cases;
    let code = "/api/v1/cases/{code}";
    paths[code]["get"]["description"] =
        "With Case-Secret the case as its resident sees it; with a token of scope act as its post sees it: names and \
        addresses are masked, and `acts` says what the token may do now. Where both are sent, the secret holds."
            .into();
    paths[format!("{code}/stream")] =
        json!({ "get": stream("With Case-Secret, or a token of scope act while its post sees the case.") });
    paths[format!("{code}/stream")]["get"]["responses"]["429"] = problem("Too many tries: try again later.");
    let act = format!("{code}/{{act}}");
    for operation in [(code, "get"), (&format!("{code}/stream"), "get"), (&act, "post")] {
        let operation = &mut paths[operation.0][operation.1];
        operation["security"] = json!([{ "secret": [] }, { "token": [] }]);
        operation["responses"]["401"] = problem("The token is unknown, ended, expired or of another scope.");
    }
    let act = &mut paths[act]["post"];
    let schema = |act: Declared| fields::schema(act.code, act.label[1], act.fields);
    let schemas = &mut act["requestBody"]["content"]["application/json"]["schema"]["anyOf"];
    schemas.as_array_mut().into_iter().for_each(|schemas| schemas.extend(super::cases::acts().map(schema)));
    let codes = &mut act["parameters"][1]["schema"]["enum"];
    codes.as_array_mut().into_iter().for_each(|codes| codes.extend(super::cases::acts().map(|act| act.code.into())));
}

/// A stream of changes.
fn stream(who: &str) -> Value {
    let changes = json!({ "description": "An event `changed` for each change, with the ledger index as its id and data; the first says where the \
        record is now, so that whoever was away misses nothing.", "content": { "text/event-stream": { "schema": text() } } });
    json!({
        "security": [{ "token": [] }],
        "description": format!("Server-sent events. {who}"),
        "parameters": [code()],
        "responses": answers(json!({ "200": changes }), &[("404", "There is no such record.")]),
    })
}

/// An answer that is a problem document.
fn problem(description: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    json!({ "description": description, "content": { "application/problem+json": { "schema": schema } } })
}

/// An answer that is JSON.
fn answer(description: &str, schema: Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

/// The answers of an operation: its own, and those that every one has.
fn answers(own: Value, refused: &[(&str, &str)]) -> Value {
    let mut all = own;
    for (status, description) in refused {
        all[*status] = problem(description);
    }
    all["401"] = problem("The token is unknown, ended, expired or of another scope.");
    all["default"] = json!({ "$ref": "#/components/responses/Refused" });
    all
}

fn index(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": description })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn code() -> Value {
    json!({ "name": "code", "in": "path", "required": true, "schema": { "type": "string" } })
}

/// What lists and records say alike.
fn common() -> Map<String, Value> {
    let properties = json!({
        "code": text(),
        "version": { "type": "integer", "minimum": 1, "description": "How many events it has: what If-Match takes." },
        "stage": text(),
        "unit": text(),
        "day": { "type": "string", "format": "date", "description": "The day that it is about." },
        "first": index("The ledger index of its first entry."),
        "index": index("The ledger index of its last entry."),
    });
    properties.as_object().cloned().unwrap_or_default()
}

/// An object that has all of its properties.
fn object(properties: Map<String, Value>) -> Value {
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

fn list(plural: &str) -> Value {
    let query = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    let position = || json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX });
    let day = || json!({ "type": "string", "format": "date" });
    let page = json!({
        "type": "object",
        "required": ["records", "next"],
        "properties": {
            "records": { "type": "array", "maxItems": PAGE, "items": object(common()) },
            "next": { "type": ["integer", "null"], "minimum": 0, "description": "What after takes for the next page." },
        },
    });
    let refused =
        [("400", "The query can't be read."), ("422", "A parameter that there is not, or a value that can't be one.")];
    json!({
        "security": [{ "token": [] }],
        "description": format!("The {plural} by the ledger index of their first entry, at most {PAGE} a page. The token is of scope read or act."),
        "parameters": [
            query("unit", "Those that this unit has.", json!({ "type": "string", "pattern": "^[a-z0-9._-]{0,32}$" })),
            query("stage", "Those that stand there.", json!({ "type": "string", "pattern": "^[a-z_]*$" })),
            query("from", "The first day.", day()),
            query("to", "The first day that is not among them.", day()),
            query("after", "Behind this one: next of the page before.", position()),
            query("changed_since", "Those to which something happened behind this ledger index, by their last entry.", position()),
        ],
        "responses": answers(json!({ "200": answer("A page.", page) }), &refused),
    })
}

fn show(plural: &str, shelf: &dyn Shelf) -> Value {
    let (_, _, heads, _) = shelf.table().unwrap_or_default();
    let columns: Map<String, Value> = heads.iter().map(|head| (head.name.to_owned(), column(head))).collect();
    let event = json!({
        "type": "object",
        "required": ["index", "kind", "at", "by", "fields"],
        "properties": {
            "index": index("Its ledger index."),
            "kind": { "enum": shelf.kinds() },
            "at": { "type": "string", "format": "date-time" },
            "by": { "type": "object", "description": "Who, as unit and role; never an account.", "properties": { "who": text() } },
            "because": index("The entry of another record whose act asked for it."),
            "fields": { "type": "object", "description": "What stands in the body; moments are milliseconds since 1970." },
            "clocks": { "type": "array", "items": { "type": "object" } },
        },
    });
    let asked = json!({
        "type": "object",
        "required": ["stage", "because"],
        "properties": {
            "code": { "type": "string", "description": "For a token of scope act alone." },
            "stage": text(),
            "because": index("The entry of the act that asked for it."),
        },
    });
    let mut properties = common();
    properties.insert("id".into(), json!({ "type": "string", "description": "Its handle, by which acts name it." }));
    properties.insert("title".into(), text());
    let described = "Its row in the table of the register; days are counted from 1970-01-01, moments in milliseconds.";
    let mut columns = object(columns);
    columns["description"] = described.into();
    properties.insert("columns".into(), columns);
    let words = json!({ "type": "object", "additionalProperties": text(), "description": "What was written, as it was written last." });
    properties.insert("words".into(), words);
    properties.insert("events".into(), json!({ "type": "array", "items": event }));
    properties.insert(
        "asked".into(),
        json!({ "type": "array", "description": "The cases that it asked for.", "items": asked }),
    );
    let refused = [("404", "There is no such record.")];
    json!({
        "security": [{ "token": [] }],
        "description": format!("One of the {plural}. The token is of scope read or act."),
        "parameters": [code()],
        "responses": answers(json!({ "200": answer("The record.", object(properties)) }), &refused),
    })
}

/// What does an act; where several begin a record, what does each of them.
fn doing(all: &[Declared]) -> Value {
    let [act, others @ ..] = all else { return Value::Null };
    let begins = act.from.is_empty();
    let key = json!({ "name": "Idempotency-Key", "in": "header", "required": true, "description": "The same key again gives the first answer.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" } });
    let seen = json!({ "name": "If-Match", "in": "header", "description": "The version of the record that was seen.",
        "schema": { "type": "string", "pattern": "^[0-9]{1,9}$" } });
    let mut refused = vec![
        ("400", "Not JSON, or a key or version that can't be used."),
        ("403", "Not an act of the token's post."),
        ("413", "Too large."),
        ("415", "Not said to be application/json."),
        ("422", "Refused: the field and what to do."),
        ("409", "It is not possible now."),
    ];
    let mut parameters = vec![key];
    if !others.is_empty() {
        let codes: Vec<&str> = all.iter().map(|act| act.code).collect();
        parameters.push(json!({ "name": "act", "in": "query", "schema": { "type": "string", "enum": codes },
            "description": format!("By which act the record begins; {} where nothing is said.", act.code) }));
        refused.push(("404", "No record begins by this act."));
    }
    if !begins {
        let more = [
            ("404", "There is no such record."),
            ("409", "The record has changed, or the act is not possible now."),
            ("429", "Too many acts on this record: try again later."),
        ];
        refused.extend(more);
        parameters = [vec![code()], parameters, vec![seen]].concat();
    }
    let who = |act: &Declared| act.by.iter().map(|by| by.label[1]).collect::<Vec<_>>().join(", ");
    let stages = if begins { "A record begins.".to_owned() } else { format!("Possible in: {}.", act.from.join(", ")) };
    let own = if begins {
        json!({ "201": answer("Begun, and on disk.", done(true)) })
    } else {
        json!({ "200": answer("Done, and on disk.", done(false)) })
    };
    let schema = |act: &Declared| fields::schema(act.code, act.label[1], act.fields);
    let (summary, by, schema) = match others {
        [] => (act.label[1].to_owned(), who(act), schema(act)),
        _ => {
            let names: Vec<&str> = all.iter().map(|act| act.label[1]).collect();
            let by: Vec<String> = all.iter().map(|act| format!("{} ({})", act.code, who(act))).collect();
            let schemas: Vec<Value> = all.iter().map(schema).collect();
            (names.join("; "), by.join("; "), json!({ "anyOf": schemas }))
        }
    };
    json!({
        "security": [{ "token": [] }],
        "summary": summary,
        "description": format!("{stages} By: {by}. The token is of scope act."),
        "parameters": parameters,
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema } } },
        "responses": answers(own, &refused),
    })
}

/// What is answered when an act is done.
fn done(begins: bool) -> Value {
    let asked = json!({ "register": text(), "code": text(), "index": index("The ledger index of its first entry.") });
    let asked = object(asked.as_object().cloned().unwrap_or_default());
    let properties = json!({
        "code": text(),
        "version": { "type": "integer", "minimum": 1 },
        "index": index("The ledger index of its last entry."),
        "asked": { "type": "array", "description": "What began because the act asked for it.", "items": asked },
    });
    let mut properties = properties.as_object().cloned().unwrap_or_default();
    if begins {
        properties.insert(
            "receipt".into(),
            json!({ "type": "string", "description": "C2SP tlog-proof of its first entry." }),
        );
    }
    object(properties)
}

/// A column as JSON has it: by its SQL type.
fn column(head: &Head) -> Value {
    let kind = if head.sql.starts_with("BIGINT") { "integer" } else { "string" };
    if head.sql.contains("NOT NULL") { json!({ "type": kind }) } else { json!({ "type": [kind, "null"] }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_described_with_the_columns_and_events_that_its_register_declares() {
        let mut document = json!({ "paths": {} });
        add(&mut document);
        for (plural, shelf) in all() {
            let show = &document["paths"][format!("/api/v1/{plural}/{{code}}")]["get"];
            let schema = &show["responses"]["200"]["content"]["application/json"]["schema"];
            // Where a record has a party, that one is told less.
            let schema = &schema.get("anyOf").map_or(schema, |both| &both[0])["properties"];
            let (_, _, heads, _) = shelf.table().unwrap();
            for head in heads {
                let optional = schema["columns"]["properties"][head.name]["type"].is_array();
                assert_eq!(optional, !head.sql.contains("NOT NULL"), "{}", head.name);
            }
            assert_eq!(schema["events"]["items"]["properties"]["kind"]["enum"], json!(shelf.kinds()));
            let begin = document["paths"][format!("/api/v1/{plural}")]["post"].clone();
            for act in super::super::done_by_posts(shelf) {
                let path = format!("/api/v1/{plural}/{{code}}/{}", act.code);
                let post = if act.from.is_empty() { &begin } else { &document["paths"][path]["post"] };
                let schema = &post["requestBody"]["content"]["application/json"]["schema"];
                // Where several acts begin a record, the schema has one for each.
                let one = schema["anyOf"].as_array().and_then(|all| all.iter().find(|s| s["title"] == act.code));
                let schema = one.unwrap_or(schema);
                let named: Vec<&str> = act.fields.iter().map(|field| field.name).collect();
                let described = schema["properties"].as_object().unwrap();
                assert_eq!(described.len(), named.len(), "{}", act.code);
                assert!(named.iter().all(|name| described.contains_key(*name)), "{}", act.code);
            }
        }
    }
}
