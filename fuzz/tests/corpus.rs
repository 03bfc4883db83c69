//! Every input of the corpora, and every one that once failed, satisfies its property.

use std::fs;
use std::path::Path;

use dynochemy_fuzz::PROPERTIES;

#[test]
fn every_input_of_the_corpora_satisfies_its_property() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, property) in PROPERTIES {
        let mut count = 0;
        for folder in ["corpus", "regressions"] {
            let Ok(files) = fs::read_dir(root.join(folder).join(name)) else { continue };
            for file in files {
                let path = file.expect("the folder can be read").path();
                println!("{}", path.display());
                property(&fs::read(&path).expect("the file can be read"));
                count += 1;
            }
        }
        assert!(count > 0, "{name} has no corpus");
    }
}
