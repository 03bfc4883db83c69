//! The fields of a struct that are stored as attributes, and the constants that lead to them.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{
    Data, DataStruct, DeriveInput, Error, Fields, Generics, Ident, LitStr, Path, Result, Type, Visibility,
};

use crate::attributes::{ContainerAttributes, FieldAttributes, Role};

/// The prefix of the attributes that the library keeps for itself.
const RESERVED_PREFIX: &str = "dy_";

/// A struct that a derive stands on.
pub(crate) struct Container {
    pub(crate) name: Ident,
    pub(crate) visibility: Visibility,
    pub(crate) generics: Generics,
    pub(crate) attributes: ContainerAttributes,
    /// Where the library is found.
    pub(crate) path: Path,
    pub(crate) fields: Vec<Field>,
    /// Where a field's own attributes are spread over the item.
    pub(crate) flattened: Option<Span>,
}

/// A field that is stored as an attribute.
pub(crate) struct Field {
    /// Its name in Rust.
    pub(crate) ident: Ident,
    /// The same without `r#`.
    pub(crate) plain: String,
    /// The attribute's name.
    pub(crate) attribute: LitStr,
    /// The type that is stored.
    pub(crate) kind: Type,
    pub(crate) role: Option<(Role, Span)>,
    /// Where a function stores it as a type that nothing tells, and the function's place in serde's attributes.
    unknown: Option<(Span, String)>,
    no_path: bool,
}

impl Container {
    /// Reads a struct; `what` it is goes into errors, and `enum_advice` into that of an enum.
    pub(crate) fn parse(
        input: TokenStream,
        default_path: &str,
        what: &str,
        enum_advice: &str,
    ) -> Result<Self> {
        let input: DeriveInput = syn::parse2(input)?;
        let at = input.ident.span();
        let named = match input.data {
            Data::Struct(DataStruct { fields: Fields::Named(named), .. }) => named,
            Data::Struct(_) => {
                let problem =
                    format!("{what} must be a struct with named fields, since attributes have names");
                return Err(Error::new(at, problem));
            }
            Data::Enum(_) => {
                return Err(Error::new(at, format!("{what} must be a struct; {enum_advice}")));
            }
            Data::Union(_) => return Err(Error::new(at, format!("{what} must be a struct"))),
        };
        let mut attributes = ContainerAttributes::parse(&input.attrs)?;
        let path = match attributes.path.take() {
            Some(path) => path,
            None => syn::parse_str(default_path)?,
        };
        let (mut fields, mut flattened) = (Vec::new(), None);
        for field in named.named {
            let on_field = FieldAttributes::parse(&field.attrs)?;
            flattened = flattened.or(on_field.flattened);
            fields.extend(Field::new(field, on_field, &attributes)?);
        }
        let DeriveInput { ident: name, vis: visibility, generics, .. } = input;
        Ok(Self { name, visibility, generics, attributes, path, fields, flattened })
    }

    /// The field that an attribute names, by its name in Rust.
    pub(crate) fn field(&self, name: &LitStr) -> Option<&Field> {
        let wanted = name.value();
        self.fields.iter().find(|field| field.plain == wanted)
    }

    /// That there is no such field.
    pub(crate) fn no_field(&self, name: &LitStr) -> Error {
        self.no_field_called(&name.value(), name.span())
    }

    /// The same, for a name within a text.
    pub(crate) fn no_field_called(&self, name: &str, at: Span) -> Error {
        let known = match self.fields.iter().find(|field| field.attribute.value() == name) {
            Some(field) => format!("name it as in Rust: `{}`", field.plain),
            None => {
                let names: Vec<String> =
                    self.fields.iter().map(|field| format!("`{}`", field.plain)).collect();
                format!("the fields that are stored are {}", names.join(", "))
            }
        };
        Error::new(at, format!("`{}` has no field `{name}` that is stored; {known}", self.name))
    }

    /// The constants that lead to the fields.
    ///
    /// # Errors
    /// When two have one name, or it is not known as what type a field is stored.
    pub(crate) fn paths(&self) -> Result<TokenStream> {
        let (path, visibility) = (&self.path, &self.visibility);
        let mut constants: Vec<(Ident, &Field)> = Vec::new();
        for field in self.fields.iter().filter(|field| !field.no_path) {
            field.check_type_is_known()?;
            let constant = field.constant();
            if let Some((_, other)) = constants.iter().find(|(other, _)| *other == constant) {
                let problem = format!(
                    "the constant `{constant}` would lead both to `{}` and to `{}`: leave one out by \
                     `#[table(no_path)]`",
                    other.plain, field.plain,
                );
                return Err(Error::new(field.ident.span(), problem));
            }
            constants.push((constant, field));
        }
        let constants = constants.iter().map(|(constant, Field { plain, attribute, kind, .. })| {
            let doc = format!("The attribute of the field `{plain}`.");
            quote! {
                #[doc = #doc]
                #[allow(dead_code)]
                #visibility const #constant: #path::Path<Self, #kind> = #path::Path::new(#attribute);
            }
        });
        Ok(quote!(#(#constants)*))
    }
}

impl Field {
    /// `None` where serde stores no attribute for the field.
    fn new(
        field: syn::Field,
        on_field: FieldAttributes,
        container: &ContainerAttributes,
    ) -> Result<Option<Self>> {
        let FieldAttributes { role, stored_as, no_path, rename, hidden, flattened, converted } = on_field;
        let Some(ident) = field.ident else { return Ok(None) };
        if hidden || flattened.is_some() {
            return match role {
                None => Ok(None),
                Some((role, at)) => {
                    let problem = format!(
                        "a field that is `{}` must be stored: it can be neither skipped nor flattened",
                        role.name()
                    );
                    Err(Error::new(at, problem))
                }
            };
        }
        let plain = ident.unraw().to_string();
        let attribute = rename.unwrap_or_else(|| {
            let renamed = container.rename_all.map_or_else(|| plain.clone(), |rule| rule.apply(&plain));
            LitStr::new(&renamed, ident.span())
        });
        check_attribute_name(&attribute)?;
        let unknown = converted.filter(|_| stored_as.is_none());
        let kind = stored_as.unwrap_or(field.ty);
        Ok(Some(Self { ident, plain, attribute, kind, role, unknown, no_path: no_path.is_some() }))
    }

    /// The name of the constant that leads to the field.
    pub(crate) fn constant(&self) -> Ident {
        format_ident!("{}", self.plain.to_uppercase(), span = self.ident.span())
    }

    /// Whether there is such a constant.
    pub(crate) fn has_path(&self) -> bool {
        !self.no_path
    }

    /// # Errors
    /// When a function stores the field as another type, and nothing tells which one.
    pub(crate) fn check_type_is_known(&self) -> Result<()> {
        let Some((at, function)) = &self.unknown else { return Ok(()) };
        let problem = format!(
            "`#[serde({function} = ..)]` may store `{}` as another type than the field's: declare the stored one, as in \
             `#[table(stored_as = \"String\")]`, or do without the field's path by `#[table(no_path)]`",
            self.plain,
        );
        Err(Error::new(*at, problem))
    }
}

/// # Errors
/// When the name is not one that an application may give to an attribute.
pub(crate) fn check_attribute_name(name: &LitStr) -> Result<()> {
    let value = name.value();
    if value.is_empty() {
        return Err(Error::new(name.span(), "an attribute's name must not be empty"));
    }
    if value.starts_with(RESERVED_PREFIX) {
        return Err(Error::new(name.span(), "names that begin with `dy_` are reserved for the library"));
    }
    Ok(())
}
