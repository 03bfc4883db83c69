//! Makes one test of each of several functions.

/// One test for each name, with these attributes: `$drive($module::$name($stage))`. `$stage` makes a builder, `$drive`
/// drives a future to its end.
macro_rules! each {
    ([$($attribute:meta),*] $module:ident, $stage:path, $drive:path;) => {};
    ([$($attribute:meta),*] $module:ident, $stage:path, $drive:path; $name:ident $($rest:ident)*) => {
        #[test]
        $(#[$attribute])*
        fn $name() {
            $drive($module::$name($stage));
        }
        each!([$($attribute),*] $module, $stage, $drive; $($rest)*);
    };
}
