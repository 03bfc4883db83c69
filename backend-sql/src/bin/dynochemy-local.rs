//! `dynochemy-local`: the SQL backend over HTTP, for any AWS SDK. All of it is `dynochemy_sql::server`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match dynochemy_sql::server::command_line::run(std::env::args_os().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("dynochemy-local: {problem}");
            ExitCode::FAILURE
        }
    }
}
