//! What the name of a value says about it: keys of JSON, of attributes, of settings in text.

/// What a value is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A secret of this kind, whatever it looks like.
    Secret(&'static str),
    /// It says whose or which something is: never touched.
    Identity,
    /// The name of an attribute of OpenTelemetry.
    AttributeName,
    /// The value of such an attribute.
    AttributeValue,
    /// Anything.
    Plain,
}

/// How names of secrets end, without separators and in small letters.
const SECRETS: [(&[u8], &str); 17] = [
    (b"authorization", "authorization"),
    (b"apikey", "api_key"),
    (b"password", "password"),
    (b"passwd", "password"),
    (b"passphrase", "password"),
    (b"secret", "secret"),
    (b"secretkey", "secret"),
    (b"secretaccesskey", "secret"),
    (b"privatekey", "private_key"),
    (b"accesstoken", "token"),
    (b"refreshtoken", "token"),
    (b"authtoken", "token"),
    (b"bearertoken", "token"),
    (b"apitoken", "token"),
    (b"sessiontoken", "token"),
    (b"githubtoken", "token"),
    (b"npmtoken", "token"),
];

/// Fields of envelopes and of hooks that say what something is.
const FIELDS: [&[u8]; 7] = [
    b"spec",
    b"type",
    b"timestamp",
    b"agent_version",
    b"hook_event_name",
    b"tool_name",
    b"transcript_path",
];

/// The role of the value that is called `name`.
pub(super) fn role(name: &[u8]) -> Role {
    match name {
        b"key" => Role::AttributeName,
        b"stringValue" | b"string_value" | b"value" => Role::AttributeValue,
        _ if FIELDS.contains(&name) || is_identity(name) => Role::Identity,
        _ => secret(name).map_or(Role::Plain, Role::Secret),
    }
}

/// The kind of secret that goes by a name that ends like `name`.
pub(super) fn secret(name: &[u8]) -> Option<&'static str> {
    // Nearly all names end otherwise.
    let [.., before, last] = name else { return None };
    let end = [before.to_ascii_lowercase(), last.to_ascii_lowercase()];
    if !matches!(&end, b"on" | b"en" | b"ey" | b"rd" | b"wd" | b"se" | b"et") {
        return None;
    }
    let is_end = |end: &[u8]| {
        let mut letters = name.iter().rev().filter(|byte| !matches!(byte, b'_' | b'-'));
        end.iter().rev().all(|expected| {
            letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(expected))
        })
    };
    SECRETS.iter().find(|(end, _)| is_end(end)).map(|(_, kind)| *kind)
}

/// `id`, `session_id`, `callId`, `session.id`, `uuid`; not the id of a key.
fn is_identity(name: &[u8]) -> bool {
    let Some(before) = [&b"uuid"[..], b"ids", b"id", b"Ids", b"Id", b"ID"]
        .iter()
        .find_map(|end| Some((name.strip_suffix(*end)?, *end)))
    else {
        return false;
    };
    let (before, end) = before;
    let is_word = end.first().is_some_and(u8::is_ascii_uppercase)
        || end == b"uuid"
        || matches!(before.last(), None | Some(b'_' | b'-' | b'.' | b':'));
    let separators: &[u8] = b"_-.:";
    let words = before.iter().rposition(|byte| !separators.contains(byte));
    let before = words.and_then(|last| before.get(..=last)).unwrap_or_default();
    is_word && !before.to_ascii_lowercase().ends_with(b"key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_secret_and_what_must_stay() {
        for (name, expected) in [
            ("authorization", Role::Secret("authorization")),
            ("http.request.header.Authorization", Role::Secret("authorization")),
            ("OPENAI_API_KEY", Role::Secret("api_key")),
            ("x-api-key", Role::Secret("api_key")),
            ("clientSecret", Role::Secret("secret")),
            ("aws_secret_access_key", Role::Secret("secret")),
            ("privateKey", Role::Secret("private_key")),
            ("access_token", Role::Secret("token")),
            ("db_password", Role::Secret("password")),
            ("session_id", Role::Identity),
            ("session.id", Role::Identity),
            ("traceId", Role::Identity),
            ("id", Role::Identity),
            ("uuid", Role::Identity),
            ("tool_call_ids", Role::Identity),
            ("type", Role::Identity),
            ("aws_access_key_id", Role::Plain),
            ("AccessKeyId", Role::Plain),
            ("paid", Role::Plain),
            ("total_tokens", Role::Plain),
            ("next_token", Role::Plain),
            ("token", Role::Plain),
            ("author", Role::Plain),
            ("", Role::Plain),
        ] {
            assert_eq!(role(name.as_bytes()), expected, "{name}");
        }
    }
}
