//! Who listens on which port, from Linux's `/proc`; elsewhere nobody is known. Needs no rights:
//! the sockets of other people are seen, their processes are not.

use std::{
    collections::HashMap,
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use super::super::facts::{Listener, Process};

/// The state of a socket that is listened on.
const LISTEN: &str = "0A";

/// Every socket of this machine that is listened on.
pub(super) fn all() -> Vec<Listener> {
    let sockets: Vec<(SocketAddr, u64)> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| sockets(&table))
        .collect();
    let mut processes = processes(&sockets);
    sockets
        .into_iter()
        .map(|(address, inode)| Listener { address, process: processes.remove(&inode) })
        .collect()
}

/// Who listens where a caller of `address` comes through, of the processes that are known.
pub(super) fn of(listeners: &[Listener], address: SocketAddr) -> Option<Process> {
    let exact = |listener: &&Listener| listener.address == address;
    let found = listeners.iter().find(exact);
    let found = found.or_else(|| listeners.iter().find(|it| covers(it.address, address)));
    found?.process.clone()
}

/// Whether whoever listens on `listening` hears a caller of `address`. The unspecified address
/// of IPv6 hears those of IPv4 as well.
fn covers(listening: SocketAddr, address: SocketAddr) -> bool {
    let is_any = match listening.ip() {
        IpAddr::V4(ip) => ip.is_unspecified() && address.is_ipv4(),
        IpAddr::V6(ip) => ip.is_unspecified(),
    };
    listening.port() == address.port() && (is_any || listening.ip() == address.ip())
}

/// Addresses and inodes of a table: `sl local remote state queues timer retransmits uid timeout
/// inode …`.
fn sockets(table: &str) -> Vec<(SocketAddr, u64)> {
    let socket = |line: &str| {
        let mut fields = line.split_whitespace();
        let (local, state) = (fields.nth(1)?, fields.nth(1)?);
        let inode = fields.nth(5)?.parse().ok()?;
        (state == LISTEN).then_some((address(local)?, inode))
    };
    table.lines().filter_map(socket).collect()
}

/// `0100007F:10DD`: words of 32 bits as the machine has them in memory, and a port.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| u32::from_str_radix(ip.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    let ip = match ip.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            let bytes: Vec<u8> = words.into_iter().flatten().collect();
            IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?))
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// Whose the sockets are, by inode, as far as we may see.
fn processes(sockets: &[(SocketAddr, u64)]) -> HashMap<u64, Process> {
    let mut found = HashMap::new();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    for pid in pids {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        for inode in open.filter_map(|entry| inode(fs::read_link(entry.path()).ok()?.to_str()?)) {
            if sockets.iter().any(|(_, known)| *known == inode) {
                let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
                found.entry(inode).or_insert(Process { pid, name: name.trim_end().to_owned() });
            }
        }
    }
    found
}

/// `socket:[12345]`
fn inode(link: &str) -> Option<u64> {
    link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:10DD 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 777 1 0 100 0 0 10 0
   1: 0100007F:10DD 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 778 1 0 20 4 30 10 -1
   2: nonsense
   3: 00000000000000000000000001000000:10DE 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 779 1
";

    #[cfg(target_endian = "little")]
    #[test]
    fn listeners_are_read_from_the_table() {
        let expected =
            [("127.0.0.1:4317".parse().unwrap(), 777), ("[::1]:4318".parse().unwrap(), 779)];
        assert_eq!(sockets(TABLE), expected);
        assert_eq!(sockets(""), []);
    }

    #[test]
    fn who_listens_everywhere_listens_there() {
        for (listening, address, expected) in [
            ("0.0.0.0:1", "127.0.0.1:1", true),
            ("[::]:1", "127.0.0.1:1", true),
            ("[::]:1", "[::1]:1", true),
            ("0.0.0.0:1", "[::1]:1", false),
            ("0.0.0.0:2", "127.0.0.1:1", false),
            ("10.0.0.1:1", "127.0.0.1:1", false),
            ("127.0.0.1:1", "127.0.0.1:1", true),
        ] {
            let covered = covers(listening.parse().unwrap(), address.parse().unwrap());
            assert_eq!(covered, expected, "{listening} {address}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn we_find_ourselves() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let process = of(&all(), listener.local_addr().unwrap()).unwrap();
        assert_eq!(process.pid, std::process::id());
        assert!(!process.name.is_empty() && !process.name.ends_with('\n'), "{process:?}");
    }
}
