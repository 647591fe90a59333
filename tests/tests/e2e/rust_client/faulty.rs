//! A collector that misbehaves as it is told, and remembers every line that reached it.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

const RECEIPT: &str = r#"{"ok":true,"accepted":1,"rejected":0}"#;

/// How a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Takes,
    IsSilent,
    IsBusy,
    CutsTheBody,
    CutsTheAnswer,
    TakesOneAtATime,
    RefusesPoison,
}

/// What reached it: how each request was answered, and its lines.
type Requests = Arc<Mutex<Vec<(Manner, Vec<String>)>>>;

#[derive(Debug)]
pub(super) struct Faulty {
    pub(super) endpoint: String,
    requests: Requests,
}

impl Faulty {
    /// Answers in these manners, one a request, and then in the last of them until the test ends.
    pub(super) fn start(manners: &[Manner]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests = Requests::default();
        let (manners, seen) = (manners.to_vec(), Arc::clone(&requests));
        thread::spawn(move || {
            let mut silent = Vec::new();
            for (number, stream) in listener.incoming().enumerate() {
                let manner = manners[number.min(manners.len() - 1)];
                let Ok(mut stream) = stream else { continue };
                let lines = answer(&mut stream, manner).unwrap_or_default();
                seen.lock().unwrap().push((manner, lines));
                if manner == Manner::IsSilent {
                    silent.push(stream);
                }
            }
        });
        Self { endpoint, requests }
    }

    pub(super) fn requests(&self) -> Vec<(Manner, Vec<String>)> {
        self.requests.lock().unwrap().clone()
    }
}

fn answer(stream: &mut TcpStream, manner: Manner) -> io::Result<Vec<String>> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut length, mut is_json, mut line) = (0, false, String::new());
    while reader.read_line(&mut line)? != 0 && line != "\r\n" {
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name {
            "Content-Length" => length = value.trim().parse().expect("a number"),
            "Content-Type" => is_json = value.trim() == "application/json",
            _ => {}
        }
        line.clear();
    }
    if manner == Manner::CutsTheBody {
        reader.read_exact(&mut [0; 10])?;
        stream.shutdown(Shutdown::Both)?;
        return Ok(Vec::new());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8(body).expect("UTF-8");
    let alone = is_json && !body.contains('\n');
    let status = match manner {
        Manner::Takes | Manner::CutsTheAnswer => 200,
        Manner::IsBusy => 503,
        Manner::TakesOneAtATime => {
            if alone {
                200
            } else {
                415
            }
        }
        Manner::RefusesPoison => {
            if body.contains("poison") {
                400
            } else {
                200
            }
        }
        Manner::IsSilent | Manner::CutsTheBody => 0,
    };
    let said = if manner == Manner::CutsTheAnswer { &RECEIPT[..9] } else { RECEIPT };
    if status != 0 {
        let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n\r\n", RECEIPT.len());
        stream.write_all((head + said).as_bytes())?;
    }
    Ok(body.lines().map(str::to_owned).collect())
}
