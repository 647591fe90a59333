//! Which kind of file system a path is on, from the mount table of Linux. Elsewhere nothing is
//! known, and nothing is refused.

use std::path::Path;

/// File systems whose files live on another machine, or that cannot share memory between
/// processes as SQLite's write-ahead log needs it.
const NETWORK: [&str; 17] = [
    "9p",
    "afs",
    "ceph",
    "cifs",
    "davfs",
    "fuse.ceph",
    "fuse.glusterfs",
    "fuse.gcsfuse",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
];

/// The kind of the network file system that `path` (absolute, without links) is on; `None` when
/// it is on a local one or cannot be told.
pub(super) fn network_file_system(path: &Path) -> Option<String> {
    let table = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let kind = file_system(&table, path)?;
    NETWORK.contains(&kind).then(|| kind.to_owned())
}

/// The file system type of the innermost mount above `path`; of two at the same place the later.
fn file_system<'a>(table: &'a str, path: &Path) -> Option<&'a str> {
    table
        .lines()
        .filter_map(mount)
        .filter(|(point, _)| path.starts_with(point))
        .max_by_key(|(point, _)| point.len())
        .map(|(_, kind)| kind)
}

/// Mount point and type of a line: `36 35 98:0 /root /point options [optional …] - type …`.
fn mount(line: &str) -> Option<(String, &str)> {
    let (before, after) = line.split_once(" - ")?;
    Some((unescape(before.split(' ').nth(4)?), after.split(' ').next()?))
}

/// The kernel writes space, tab, newline and backslash as three octal digits.
fn unescape(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /proc rw - proc proc rw
40 22 0:40 / /srv rw shared:2 master:3 - nfs4 server:/x rw
41 40 0:41 / /srv/ann/my\\040disk rw - ext4 /dev/sdb1 rw
42 22 0:42 / /mnt rw - ext4 /dev/sdc1 rw
43 22 0:43 / /mnt rw - fuse.sshfs there:/ rw
";

    #[test]
    fn the_innermost_and_latest_mount_counts() {
        for (path, kind) in [
            ("/var/lib/banyan", "ext4"),
            ("/srv/ann/banyan", "nfs4"),
            ("/srvx", "ext4"),
            ("/srv/ann/my disk/banyan", "ext4"),
            ("/mnt/banyan", "fuse.sshfs"),
        ] {
            assert_eq!(file_system(TABLE, Path::new(path)), Some(kind), "{path}");
        }
        assert_eq!(file_system("nonsense\n", Path::new("/")), None);
    }

    #[test]
    fn every_network_kind_is_refused_and_no_local_one() {
        assert!(["nfs4", "cifs", "smb3", "fuse.sshfs"].iter().all(|kind| NETWORK.contains(kind)));
        assert!(!["ext4", "tmpfs", "btrfs", "overlay"].iter().any(|kind| NETWORK.contains(kind)));
        assert_eq!(network_file_system(&std::env::temp_dir()), None);
    }
}
