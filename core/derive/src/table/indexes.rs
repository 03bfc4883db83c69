//! The secondary indexes of a table.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Error, Ident, LitStr, Result};

use super::{TableKeys, capacities, check_name};
use crate::attributes::{Included, IndexAttributes, IndexKind, Projected};
use crate::fields::Container;
use crate::keys::{self, KeyAttribute, Templates, index_type};

/// The most local indexes that a table may have.
const MAX_LOCAL_INDEXES: usize = 5;

/// The indexes of a table.
pub(super) struct Indexes<'a> {
    container: &'a Container,
    indexes: Vec<Index<'a>>,
}

struct Index<'a> {
    declared: &'a IndexAttributes,
    constant: Ident,
    hash: Vec<KeyAttribute<'a>>,
    range: Vec<KeyAttribute<'a>>,
    /// The attributes that it includes by name.
    included: Vec<LitStr>,
    read_capacity: TokenStream,
    write_capacity: TokenStream,
}

impl<'a> Indexes<'a> {
    pub(super) fn of(
        container: &'a Container,
        templates: &'a Templates<'a>,
        keys: &TableKeys<'a>,
    ) -> Result<Self> {
        let mut indexes: Vec<Index<'a>> = Vec::new();
        for declared in &container.attributes.indexes {
            let index = Index::of(declared, container, templates, keys)?;
            let name = declared.name.value();
            if indexes.iter().any(|other| other.declared.name.value() == name) {
                let problem = format!("there is an index `{name}` already");
                return Err(Error::new(declared.name.span(), problem));
            }
            index.check_constant(container, &indexes)?;
            indexes.push(index);
        }
        let mut local = indexes.iter().filter(|index| index.declared.kind == IndexKind::Local);
        if let Some(index) = local.nth(MAX_LOCAL_INDEXES) {
            let problem = format!("a table has at most {MAX_LOCAL_INDEXES} local indexes");
            return Err(Error::new(index.declared.name.span(), problem));
        }
        Ok(Self { container, indexes })
    }

    /// The constants by which the indexes are queried.
    pub(super) fn constants(&self) -> TokenStream {
        let Container { path, visibility, .. } = self.container;
        let constants = self.indexes.iter().map(|index| {
            let Index { declared, constant, hash, range, .. } = index;
            let name = &declared.name;
            let schema = keys::schema(path, hash, range, |field| index_type(path, field));
            let doc = index.doc();
            quote! {
                #[doc = #doc]
                #[allow(dead_code)]
                #visibility const #constant: #path::table::Index<Self, #schema> = #path::table::Index::new(#name);
            }
        });
        quote!(#(#constants)*)
    }

    /// The values of `Description::indexes`.
    pub(super) fn descriptions(&self) -> Vec<TokenStream> {
        self.indexes.iter().map(|index| index.description(self.container)).collect()
    }
}

impl<'a> Index<'a> {
    fn of(
        declared: &'a IndexAttributes,
        container: &'a Container,
        templates: &'a Templates<'a>,
        keys: &TableKeys<'a>,
    ) -> Result<Self> {
        let name = &declared.name;
        check_name(name, "an index's name")?;
        let resolve = |parts: &[_]| {
            parts.iter().map(|part| templates.key_attribute(container, part)).collect::<Result<Vec<_>>>()
        };
        let (mut hash, range) = (resolve(&declared.hash)?, resolve(&declared.range)?);
        keys::check_parts(&hash, &declared.hash)?;
        keys::check_parts(&range, &declared.range)?;
        let table = &container.attributes;
        let (mut read, mut write) = (&declared.read_capacity, &declared.write_capacity);
        match declared.kind {
            IndexKind::Local => {
                let Some(table_range) = keys.range else {
                    let problem = "a local index orders a table's items by another range key, and this table has none: \
                                   make it a `global_index` with `hash`";
                    return Err(Error::new(name.span(), problem));
                };
                let [own] = range.as_slice() else {
                    let problem = "a local index has one range key; only a `global_index` takes several";
                    return Err(Error::new(name.span(), problem));
                };
                if [keys.hash, table_range].iter().any(|key| key.name().value() == own.name().value()) {
                    let problem = format!("`{}` is a key of the table already", own.name().value());
                    return Err(Error::new(declared.range[0].span(), problem));
                }
                hash = vec![keys.hash];
            }
            IndexKind::Global => {
                if let Some((key, part)) = range
                    .iter()
                    .zip(&declared.range)
                    .find(|(key, _)| hash.iter().any(|other| other.name().value() == key.name().value()))
                {
                    let problem = format!("`{}` is in the index's hash key already", key.name().value());
                    return Err(Error::new(part.span(), problem));
                }
                if read.is_some() && table.read_capacity.is_none() {
                    let problem = "an index of a table that is billed on demand has no capacity: give the table its \
                                   `read_capacity` and `write_capacity`, or take them from the index";
                    return Err(Error::new(name.span(), problem));
                }
                if read.is_none() && write.is_none() {
                    (read, write) = (&table.read_capacity, &table.write_capacity);
                }
            }
        }
        let (read_capacity, write_capacity) = capacities(read, write, name)?;
        let constant = constant(declared)?;
        let included = included(&declared.projection, container)?;
        Ok(Self { declared, constant, hash, range, included, read_capacity, write_capacity })
    }

    /// # Errors
    /// When the constant's name is taken.
    fn check_constant(&self, container: &Container, others: &[Self]) -> Result<()> {
        let constant = &self.constant;
        let field = container.fields.iter().find(|field| field.has_path() && field.constant() == *constant);
        let index = others.iter().find(|other| other.constant == *constant);
        let taken = match (field, index) {
            (Some(field), _) => format!("the field `{}`", field.plain),
            (None, Some(index)) => format!("the index `{}`", index.declared.name.value()),
            (None, None) => return Ok(()),
        };
        let problem = format!(
            "`{constant}` leads to {taken} already: give the index's constant another name, as in `const = \
             \"{constant}_INDEX\"`"
        );
        Err(Error::new(constant.span(), problem))
    }

    fn description(&self, container: &Container) -> TokenStream {
        let path = &container.path;
        let Self { declared, hash, range, included, read_capacity, write_capacity, .. } = self;
        let name = &declared.name;
        let kind = match declared.kind {
            IndexKind::Global => quote!(Global),
            IndexKind::Local => quote!(Local),
        };
        let hash = hash.iter().map(|key| key.in_index(path));
        let range = range.iter().map(|key| key.in_index(path));
        let projection = match declared.projection {
            Projected::All => quote!(All),
            Projected::KeysOnly => quote!(KeysOnly),
            Projected::Include(_) => quote! {
                Include { 0: ::std::borrow::Cow::Borrowed { 0: &[#(::std::borrow::Cow::Borrowed(#included)),*] } }
            },
        };
        quote! {
            #path::table::IndexDescription {
                name: ::std::borrow::Cow::Borrowed(#name),
                kind: #path::table::IndexKind::#kind,
                hash: ::std::borrow::Cow::Borrowed { 0: &[#(#hash),*] },
                range: ::std::borrow::Cow::Borrowed { 0: &[#(#range),*] },
                projection: #path::table::IndexProjection::#projection,
                read_capacity: #read_capacity,
                write_capacity: #write_capacity,
            }
        }
    }

    fn doc(&self) -> String {
        let names = |keys: &[KeyAttribute<'_>]| {
            keys.iter().map(|key| format!("`{}`", key.name().value())).collect::<Vec<_>>().join(", ")
        };
        let kind = if self.declared.kind == IndexKind::Global { "global" } else { "local" };
        let mut doc =
            format!("The {kind} index `{}`: hash key {}", self.declared.name.value(), names(&self.hash));
        if !self.range.is_empty() {
            doc += &format!(", range key {}", names(&self.range));
        }
        doc + "."
    }
}

/// The name of the index's constant.
fn constant(index: &IndexAttributes) -> Result<Ident> {
    if let Some(constant) = &index.constant {
        return constant.parse();
    }
    let plain: String = index.name.value().to_uppercase().replace(['-', '.'], "_");
    let at: Span = index.name.span();
    if plain.starts_with(|character: char| character.is_ascii_digit())
        || plain.bytes().all(|byte| byte == b'_')
    {
        let problem = "no constant can have this name: choose one, as in `const = \"BY_NAME\"`";
        return Err(Error::new(at, problem));
    }
    Ok(format_ident!("{plain}", span = at))
}

/// The names of the attributes that an index includes.
fn included(projection: &Projected, container: &Container) -> Result<Vec<LitStr>> {
    let Projected::Include(included) = projection else { return Ok(Vec::new()) };
    let mut names: Vec<LitStr> = Vec::new();
    for one in included {
        let (at, name) = match one {
            Included::Attribute(name) => (name, name.clone()),
            Included::Field(name) => {
                (name, container.field(name).ok_or_else(|| container.no_field(name))?.attribute.clone())
            }
        };
        if names.iter().any(|other| other.value() == name.value()) {
            return Err(Error::new(at.span(), format!("`{}` is included already", name.value())));
        }
        names.push(name);
    }
    Ok(names)
}
