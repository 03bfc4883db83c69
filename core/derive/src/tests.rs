//! What is refused, and with which advice. That the rest compiles, and what it then holds, the core's tests tell.

use proc_macro2::TokenStream;

type Derive = fn(TokenStream, &str) -> syn::Result<TokenStream>;

fn refused(derive: Derive, input: &str) -> String {
    let tokens: TokenStream = input.parse().unwrap_or_else(|error| panic!("{input}: {error}"));
    match derive(tokens, "::library") {
        Err(error) => error.to_string(),
        Ok(output) => panic!("accepted: {input}\n{output}"),
    }
}

fn accepted(derive: Derive, input: &str) -> String {
    let tokens: TokenStream = input.parse().unwrap_or_else(|error| panic!("{input}: {error}"));
    let output = derive(tokens, "::library").unwrap_or_else(|error| panic!("{input}: {error}"));
    syn::parse2::<syn::File>(output.clone()).unwrap_or_else(|error| panic!("{output}: {error}"));
    output.to_string()
}

/// A table with a hash and a range key, and this on the struct.
fn visit(on_struct: &str) -> String {
    format!(
        "#[table(name = \"visits\", {on_struct})] struct Visit {{ #[table(hash_key)] user: String, \
         #[table(range_key)] time: u64, #[serde(rename = \"fullName\")] full_name: String, seen: Option<u64>, \
         #[table(version)] version: u64 }}"
    )
}

/// A table with a hash key, and this after it in the struct.
fn fields(fields: &str) -> String {
    format!("#[table(name = \"visits\")] struct Visit {{ #[table(hash_key)] user: String, {fields} }}")
}

fn check(derive: Derive, cases: &[(String, &str)]) {
    for (input, advice) in cases {
        let problem = refused(derive, input);
        assert!(problem.contains(advice), "{input}\n  is refused by: {problem}\n  and not: {advice}");
    }
}

#[test]
fn what_is_no_table_is_refused_with_advice() {
    let cases = [
        ("#[table(name = \"visits\")] enum Visit { A }", "a query answers by `any_of`"),
        ("#[table(name = \"visits\")] struct Visit(String);", "named fields"),
        ("#[table(name = \"visits\")] struct Visit;", "named fields"),
        ("#[table(name = \"visits\")] union Visit { a: u8 }", "must be a struct"),
        ("struct Visit { #[table(hash_key)] user: String }", "#[table(name = \"..\")]"),
        ("#[table(name = \"visits\")] struct Visit { user: String }", "#[table(hash_key)]"),
        ("#[table(name = \"v\")] struct Visit { #[table(hash_key)] user: String }", "3 to 255 characters"),
        (
            "#[table(name = \"vi sits\")] struct Visit { #[table(hash_key)] user: String }",
            "3 to 255 characters",
        ),
        ("#[serde(into = \"Raw\")] struct Visit { user: String }", "on the type that is stored"),
        ("#[serde(transparent)] struct Visit { user: String }", "on the type that is stored"),
        ("#[table(nome = \"visits\")] struct Visit { user: String }", "expected `name`"),
        ("#[table(name = \"visits\", name = \"visits\")] struct Visit { user: String }", "given twice"),
    ];
    check(crate::table::derive, &cases.map(|(input, advice)| (input.to_owned(), advice)));
    check(
        crate::table::derive,
        &[
            (visit("read_capacity = 1"), "a read and a write capacity, or neither"),
            (visit("hash_key(pk = \"USER#{user}\")"), "declares the table's hash key already"),
            (visit("hash_key(\"user\")"), "on the struct this declares a key that is made from fields"),
            (visit("hash_key = \"user\""), "on the struct this declares a key that is made from fields"),
            (visit("hash_key(a = \"x\", b = \"y\")"), "a key of a table is one attribute"),
            (visit("entity = \"\""), "must not be empty"),
            (visit("of = \"Other\", entity = 5"), "string literal"),
        ],
    );
}

#[test]
fn what_a_field_cannot_be_is_refused_with_advice() {
    check(
        crate::table::derive,
        &[
            (fields("#[table(hash_key)] other: String"), "only one field can be `hash_key`, and `user` is"),
            (fields("#[table(version)] a: u64, #[table(version)] b: u64"), "only one field can be `version`"),
            (fields("#[table(ttl)] a: Ttl, #[table(ttl)] b: Ttl"), "only one field can be `ttl`"),
            (fields("#[table(range_key, version)] a: u64"), "both `range_key` and `version`"),
            (fields("#[table(ttl)] #[table(updated_at)] a: u64"), "both `ttl` and `updated_at`"),
            (fields("#[table(version)] #[serde(skip)] a: u64"), "`version` must be stored"),
            (fields("#[table(range_key)] #[serde(flatten)] a: u64"), "`range_key` must be stored"),
            (fields("#[table(range_key(sk = \"A\"))] a: u64"), "declared on the struct"),
            (fields("#[table(key)] a: u64"), "expected `hash_key`"),
            (fields("dy_v: u64"), "reserved for the library"),
            (fields("#[serde(rename = \"dy_v\")] a: u64"), "reserved for the library"),
            (fields("#[serde(rename = \"\")] a: u64"), "must not be empty"),
            (fields("#[serde(rename(serialize = \"a\", deserialize = \"b\"))] a: u64"), "in both directions"),
            (fields("#[serde(rename(deserialize = \"b\"))] a: u64"), "in both directions"),
            (fields("#[serde(with = \"hex\")] a: Id"), "#[table(stored_as = \"String\")]"),
            (
                fields("#[serde(serialize_with = \"hex\")] a: Id"),
                "`#[serde(serialize_with = ..)]` may store `a`",
            ),
            (fields("#[serde(deserialize_with = \"hex\")] a: Id"), "#[table(no_path)]"),
            (
                fields("#[serde(with = \"hex\")] #[table(range_key, no_path)] a: Id"),
                "#[table(stored_as = \"String\")]",
            ),
            (fields("a: u64, A: u64"), "lead both to `a` and to `A`"),
        ],
    );
}

#[test]
fn indexes_that_cannot_be_are_refused_with_advice() {
    let index = |kind: &str, index: &str| visit(&format!("{kind}_index({index})"));
    let global = |rest: &str| index("global", &format!("name = \"by_name\", {rest}"));
    let local = |rest: &str| index("local", &format!("name = \"by_seen\", {rest}"));
    let two = |one: &str, other: &str| visit(&format!("global_index({one}), global_index({other})"));
    let locals = |count: usize| {
        let one = |index: usize| format!("local_index(name = \"by_{index}\", range = \"seen\")");
        visit(&(0..count).map(one).collect::<Vec<_>>().join(", "))
    };
    accepted(crate::table::derive, &locals(5));
    check(
        crate::table::derive,
        &[
            (index("global", "hash = \"seen\""), "an index needs a name"),
            (index("global", "name = \"x\", hash = \"seen\""), "3 to 255 characters"),
            (global("range = \"seen\""), "a global index needs a hash key"),
            (
                global("hash = \"nobody\""),
                "the fields that are stored are `user`, `time`, `full_name`, `seen`",
            ),
            (global("hash = \"fullName\""), "name it as in Rust: `full_name`"),
            (global("hash(seen)"), "a field is named in quotes: \"seen\""),
            (global("hash()"), "at least one part"),
            (global("hash(\"seen\", \"seen\")"), "`seen` is a part of this key already"),
            (global("hash = \"seen\", range = \"seen\""), "in the index's hash key already"),
            (
                global("hash(\"user\", \"time\", \"full_name\", \"seen\", \"version\")"),
                "a key of an index has at most 4 parts",
            ),
            (
                global("hash(gsi1pk = \"{user}#{time}#{full_name}\", \"seen\", \"version\")"),
                "at most 4 parts",
            ),
            (global("hash = \"seen\", projection(some)"), "expected `all`, `keys_only` or `include"),
            (global("hash = \"seen\", projection()"), "expected `all`, `keys_only` or `include"),
            (global("hash = \"seen\", projection(all, keys_only)"), "one projection"),
            (global("hash = \"seen\", projection(include(\"nobody\"))"), "the fields that are stored are"),
            (
                global("hash = \"seen\", projection(include(\"time\", \"time\"))"),
                "`time` is included already",
            ),
            (global("hash = \"seen\", read_capacity = 5"), "billed on demand"),
            (global("hash = \"seen\", sorted"), "expected `name`, `hash`"),
            (
                visit(
                    "read_capacity = 5, write_capacity = 5, global_index(name = \"by_seen\", hash = \"seen\", \
                       read_capacity = 5)",
                ),
                "`by_seen` has a read and a write capacity, or neither",
            ),
            (local("hash = \"user\", range = \"seen\""), "leave `hash` out"),
            (local("range = \"seen\", read_capacity = 1"), "uses the table's"),
            (index("local", "name = \"by_seen\""), "a local index needs a range key"),
            (local("range(\"seen\", \"version\")"), "only a `global_index` takes several"),
            (local("range = \"time\""), "`time` is a key of the table already"),
            (locals(6), "at most 5 local indexes"),
            (
                two("name = \"by_seen\", hash = \"seen\"", "name = \"by_seen\", hash = \"time\""),
                "an index `by_seen` already",
            ),
            (
                two("name = \"by_seen\", hash = \"seen\"", "name = \"by-seen\", hash = \"time\""),
                "const = \"BY_SEEN_INDEX\"",
            ),
            (index("global", "name = \"seen\", hash = \"seen\""), "leads to the field `seen` already"),
            (index("global", "name = \"123\", hash = \"seen\""), "const = \"BY_NAME\""),
            (
                "#[table(name = \"visits\", local_index(name = \"by_seen\", range = \"seen\"))] \
                 struct Visit { #[table(hash_key)] user: String, seen: u64 }"
                    .to_owned(),
                "make it a `global_index`",
            ),
        ],
    );
}

#[test]
fn templates_that_cannot_be_are_refused_with_advice() {
    let keys = |hash: &str, range: &str| {
        format!(
            "#[table(name = \"app\", hash_key({hash}), range_key({range}))] struct Order {{ id: String, number: u64, \
             #[serde(rename = \"when\")] date: String, a: u8, b: u8, c: u8, #[table(ttl)] ends: Ttl, \
             #[serde(skip)] cached: String, #[serde(with = \"hex\")] #[table(no_path)] digest: Digest }}"
        )
    };
    let range = |range: &str| keys("pk = \"USER#{id}\"", range);
    let indexed = |index: &str| {
        format!(
            "#[table(name = \"app\", hash_key(pk = \"USER#{{id}}\"), global_index(name = \"gsi1\", {index}))] \
             struct Order {{ id: String, number: u64 }}"
        )
    };
    accepted(crate::table::derive, &range("sk = \"ORDER#{date}#{number:08}\""));
    accepted(crate::table::derive, &indexed("hash(pk = \"USER#{id}\")"));
    accepted(crate::table::derive, &indexed("hash(\"pk\"), range(\"number\")"));
    check(
        crate::table::derive,
        &[
            (range("sk = \"\""), "a key must not be empty"),
            (range("sk = \"ORDER#{number\""), "written `{{`"),
            (range("sk = \"{date}{number}\""), "put text between them"),
            (range("sk = \"{when}\""), "name it as in Rust: `date`"),
            (range("sk = \"{cached}\""), "no field `cached` that is stored"),
            (range("sk = \"{ends}\""), "`ends` is `ttl`, which changes without the key"),
            (range("sk = \"{digest}\""), "#[table(stored_as = \"String\")]"),
            (range("sk = \"{id}#{number}#{date}#{a}#{b}\""), "at most 4 fields"),
            (range("dy_k = \"A\""), "reserved for the library"),
            (range("when = \"A\""), "the field `date` is stored as `when` already"),
            (range("pk = \"A\""), "`pk` is made as \"USER#{id}\" already"),
            (range("pk = \"USER#{id}\""), "hash key and range key are two attributes"),
            (range(&format!("{} = \"A\"", "k".repeat(256))), "at most 255 bytes"),
            (indexed("hash(pk = \"EMAIL#{id}\")"), "`pk` is made as \"USER#{id}\" already"),
            (indexed("hash(\"sk\")"), "no field `sk`"),
            (
                format!("#[serde(deny_unknown_fields)] {}", range("sk = \"ORDER\"")),
                "items hold `pk`, which is made from fields",
            ),
            (indexed("hash(gsi1pk = \"A#{nobody}\")"), "no field `nobody`"),
        ],
    );
}

#[test]
fn documents_and_projections_that_cannot_be_are_refused_with_advice() {
    let document = |input: &str| refused(crate::document::derive, input);
    assert!(
        document("#[table(name = \"visits\")] struct A { a: u8 }").contains("belongs to `#[derive(Table)]`")
    );
    assert!(document("struct A { #[table(hash_key)] a: u8 }").contains("none of a nested document"));
    assert!(document("enum A { B }").contains("set and compared as a whole"));
    assert!(document("struct A { #[serde(with = \"hex\")] a: u8 }").contains("stored_as"));
    let projection = |input: &str| refused(crate::projection::derive, input);
    assert!(projection("struct A { a: u8 }").contains("#[table(of = \"Visit\")]"));
    assert!(
        projection("#[table(of = \"Visit\")] struct A { #[serde(flatten)] a: u8 }").contains("by its name")
    );
    assert!(projection("#[table(of = \"Visit\")] struct A {}").contains("needs a field"));
    assert!(
        projection("#[table(of = \"Visit\")] struct A { #[serde(with = \"hex\")] a: u8 }")
            .contains("stored_as")
    );
}

#[test]
fn serde_attributes_that_change_nothing_of_this_are_passed_over() {
    let output = accepted(
        crate::table::derive,
        "#[serde(rename_all = \"camelCase\", deny_unknown_fields, bound(serialize = \"\"), default = \"f\")] \
         #[table(name = \"visits\", crate = \"::other::core\")] struct Visit { #[table(hash_key)] r#type: String, \
         #[serde(alias = \"x\", default, skip_serializing_if = \"Option::is_none\")] full_name: Option<String>, \
         #[serde(rename(serialize = \"n\", deserialize = \"n\"))] name: String, #[serde(skip)] cached: u8 }",
    );
    for part in [
        "const TYPE : :: other :: core :: Path < Self , String > = :: other :: core :: Path :: new (\"type\")",
        "const FULL_NAME : :: other :: core :: Path < Self , Option < String > > = :: other :: core :: Path :: new (\"fullName\")",
        "Path :: new (\"n\")",
    ] {
        assert!(output.contains(part), "{part}\n{output}");
    }
    assert!(!output.contains("CACHED") && !output.contains("library"), "{output}");
}

#[test]
fn types_are_written_as_they_are_or_in_quotes() {
    for of in ["\"Visit<u8>\"", "Visit<u8>"] {
        let output = accepted(
            crate::projection::derive,
            &format!("#[table(of = {of})] struct A {{ #[table(stored_as = {of})] a: u8 }}"),
        );
        assert!(output.contains("Projection < Visit < u8 > > for A"), "{output}");
        assert!(output.contains("with_type :: < Visit < u8 > >"), "{output}");
    }
}
