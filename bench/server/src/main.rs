//! Answers from memory, with a thread for each connection. It prints its address and runs until it is ended.
//!
//! It is a process of its own, so that its work is not counted with the client's. It does not check signatures. The
//! consumed capacity is told to who asks for it, as in the service: ours always asks, the SDK only if told to.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use bench_server::{body, message};

/// The message for each action, without and with the consumed capacity.
type Answers = BTreeMap<&'static str, [Vec<u8>; 2]>;

fn main() -> io::Result<()> {
    let answers: Answers = ["GetItem", "PutItem", "Query", "BatchGetItem", "BatchWriteItem"]
        .into_iter()
        .map(|action| {
            let answer = |asked| message(&body(action, asked).expect("the action is known"));
            (action, [answer(false), answer(true)])
        })
        .collect();
    let answers = Arc::new(answers);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let (stream, answers) = (stream?, Arc::clone(&answers));
        std::thread::spawn(move || serve(stream, &answers));
    }
    Ok(())
}

fn serve(stream: TcpStream, answers: &Answers) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(64 << 10, stream.try_clone()?);
    let mut writer = stream;
    let (mut line, mut content) = (String::new(), Vec::new());
    loop {
        let (mut length, mut answer) = (0, None);
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                if line == "\r\n" {
                    break;
                }
                continue;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().map_err(io::Error::other)?;
            } else if name.eq_ignore_ascii_case("x-amz-target") {
                answer = value.rsplit_once('.').and_then(|(_, action)| answers.get(action));
            }
        }
        content.resize(length, 0);
        reader.read_exact(&mut content)?;
        let [without, with] = answer.ok_or_else(|| io::Error::other("an action that is not known"))?;
        let asked = content.windows(24).any(|window| window == b"\"ReturnConsumedCapacity\"");
        writer.write_all(if asked { with } else { without })?;
    }
}
