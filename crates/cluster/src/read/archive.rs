//! The entries of a zip, bounded in number, names, directory and bytes.
//!
//! Read here and not by a general reader of archives: those hold as much as the file claims to have.

use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::io::{self, Read, Seek, SeekFrom};

/// Entries of one archive.
pub(crate) const MAX_ENTRIES: usize = 10_000;
/// Bytes of an archive's directory.
const MAX_DIRECTORY: u64 = 8 << 20;
/// Unpacked bytes of one archive, all entries together.
pub(crate) const MAX_BYTES: u64 = if cfg!(test) { 1 << 24 } else { 1 << 30 };

const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";

/// An entry of the directory.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    method: u16,
    encrypted: bool,
    crc: u32,
    packed: u64,
    offset: u64,
}

/// Why an archive or an entry is not read: a code and a sentence.
#[derive(Debug)]
pub(crate) enum Refused {
    Io(io::Error),
    Zip(&'static str, String),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn broken(what: &str) -> Refused {
    Refused::Zip("ZIP", format!("is no whole zip: {what}. It may be cut off: fetch or pack it again"))
}

fn too_large(what: &str) -> Refused {
    Refused::Zip("ZIP_TOO_LARGE", format!("{what}: unpack it and give the files that matter"))
}

/// The files of an archive, as its directory lists them.
pub(crate) fn entries<R: Read + Seek>(file: &mut R) -> Result<Vec<Entry>, Refused> {
    // The end of the directory, before a comment of at most 2^16 bytes.
    const TAIL: u64 = (1 << 16) + 22;
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let at = tail.windows(4).rposition(|part| part == END).ok_or_else(|| broken("it has no directory"))?;
    let mut end = Fields(tail.get(at + 4..).unwrap_or_default());
    let (disk, of_directory, _, count) = (end.u16()?, end.u16()?, end.u16()?, end.u16()?);
    let (size, offset) = (u64::from(end.u32()?), u64::from(end.u32()?));
    if disk != 0 || of_directory != 0 {
        return Err(broken("it is one of several parts"));
    }
    if count == u16::MAX || offset == u64::from(u32::MAX) {
        return Err(too_large("has more entries or bytes than a plain zip holds"));
    }
    if usize::from(count) > MAX_ENTRIES {
        return Err(too_large(&format!("has {count} entries, of which at most {MAX_ENTRIES} are read")));
    }
    if size > MAX_DIRECTORY {
        return Err(too_large(&format!(
            "has a directory of {size} bytes, of which at most {MAX_DIRECTORY} are read"
        )));
    }
    if offset + size > start + at as u64 {
        return Err(broken("its directory does not fit"));
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut directory = Vec::new();
    file.take(size).read_to_end(&mut directory)?;
    let mut fields = Fields(&directory);
    (0..count).map(|_| fields.entry()).collect()
}

/// The node whose collector packed an archive: its instance, as the name of the file has it (`eks_i-0a1b…_TIME.zip`), or
/// else that name.
///
/// Names of the collector's files: awslabs/amazon-eks-ami 81fec2e, log-collector-script/windows/eks-log-collector.ps1.
pub(crate) fn collected_on<'a>(name: &'a str, entries: &[Entry]) -> Option<&'a str> {
    const OF_COLLECTOR: [&str; 3] = [
        "system/network/hns/",
        "system/kube-proxy/kube-proxy-service.csv",
        "system/kubelet/kubelet-service.csv",
    ];
    let file = name.rsplit(['/', '\\']).next()?;
    let instance = file.strip_prefix("eks_").and_then(|rest| rest.split(['_', '.']).next());
    let instance = instance.filter(|it| it.starts_with("i-") && it.len() > 2);
    let packed = || entries.iter().any(|entry| OF_COLLECTOR.iter().any(|it| entry.name.starts_with(it)));
    instance.or_else(|| packed().then_some(file))
}

/// The unpacked bytes of an entry.
pub(crate) fn open<'a, R: Read + Seek + Send>(
    file: &'a mut R,
    entry: &Entry,
) -> Result<Unpacked<'a>, Refused> {
    unpack(file, entry)
}

/// The same of an archive that is opened for this entry.
pub(crate) fn unpack<'a>(
    mut file: impl Read + Seek + Send + 'a,
    entry: &Entry,
) -> Result<Unpacked<'a>, Refused> {
    if entry.encrypted {
        return Err(Refused::Zip("ZIP", "is encrypted: unpack it and give the file".to_owned()));
    }
    file.seek(SeekFrom::Start(entry.offset))?;
    let mut head = [0; 30];
    file.read_exact(&mut head).map_err(|_| broken("an entry lies behind its end"))?;
    let mut fields = Fields(&head);
    if fields.bytes()? != LOCAL {
        return Err(broken("an entry is not where the directory has it"));
    }
    let mut lengths = Fields(head.get(26..).unwrap_or_default());
    let skipped = u64::from(lengths.u16()?) + u64::from(lengths.u16()?);
    file.seek(SeekFrom::Start(entry.offset + 30 + skipped))?;
    let packed = file.take(entry.packed);
    let source: Box<dyn Read + Send + 'a> = match entry.method {
        0 => Box::new(packed),
        8 => Box::new(DeflateDecoder::new(packed)),
        other => {
            let message = format!("is packed by method {other}: only stored and deflated are read");
            return Err(Refused::Zip("ZIP", message));
        }
    };
    Ok(Unpacked { source, crc: Crc::new(), expected: entry.crc })
}

/// Bytes whose checksum is tested at their end.
pub(crate) struct Unpacked<'a> {
    source: Box<dyn Read + Send + 'a>,
    crc: Crc,
    expected: u32,
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.crc.update(buffer.get(..count).unwrap_or_default());
        if count == 0 && !buffer.is_empty() && self.crc.sum() != self.expected {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its checksum does not fit: it is damaged",
            ));
        }
        Ok(count)
    }
}

/// Numbers of a zip, little endian.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Refused> {
        let (bytes, rest) =
            self.0.split_first_chunk().ok_or_else(|| broken("its directory ends too early"))?;
        self.0 = rest;
        Ok(*bytes)
    }

    fn u16(&mut self) -> Result<u16, Refused> {
        self.bytes().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, Refused> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn skip(&mut self, count: usize) -> Result<&'a [u8], Refused> {
        let (skipped, rest) =
            self.0.split_at_checked(count).ok_or_else(|| broken("its directory ends too early"))?;
        self.0 = rest;
        Ok(skipped)
    }

    fn entry(&mut self) -> Result<Entry, Refused> {
        if self.bytes()? != ENTRY {
            return Err(broken("its directory holds something else than entries"));
        }
        self.skip(4)?;
        let (flags, method) = (self.u16()?, self.u16()?);
        self.skip(4)?;
        let (crc, packed, _) = (self.u32()?, self.u32()?, self.u32()?);
        let (name, extra, comment) = (self.u16()?, self.u16()?, self.u16()?);
        self.skip(8)?;
        let offset = self.u32()?;
        let name = self.skip(usize::from(name))?;
        self.skip(usize::from(extra) + usize::from(comment))?;
        Ok(Entry {
            name: String::from_utf8_lossy(name).replace('\\', "/"),
            method,
            encrypted: flags & 1 != 0,
            crc,
            packed: u64::from(packed),
            offset: u64::from(offset),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use flate2::Crc;
    use flate2::write::DeflateEncoder;
    use std::io::Write as _;

    /// A zip as its specification has it: entries, directory, end.
    pub(crate) fn zip_of(files: &[(&str, &[u8], bool)]) -> Vec<u8> {
        let (mut zip, mut directory) = (Vec::new(), Vec::new());
        let short = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
        let long = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
        for (name, bytes, deflated) in files {
            let packed = if *deflated {
                let mut encoder = DeflateEncoder::new(Vec::new(), flate2::Compression::best());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            } else {
                bytes.to_vec()
            };
            let mut crc = Crc::new();
            crc.update(bytes);
            let method = if *deflated { 8u16 } else { 0 }.to_le_bytes();
            let common = [
                &[0, 0][..],
                &method,
                &[0; 4],
                &crc.sum().to_le_bytes(),
                &long(packed.len()),
                &long(bytes.len()),
                &short(name.len()),
                &[0, 0],
            ]
            .concat();
            let offset = long(zip.len());
            directory.extend(
                [b"PK\x01\x02", &[20, 0, 20, 0][..], &common, &[0; 10], &offset, name.as_bytes()].concat(),
            );
            zip.extend([b"PK\x03\x04", &[20, 0][..], &common, name.as_bytes(), &packed].concat());
        }
        let start = long(zip.len());
        zip.extend_from_slice(&directory);
        let count = short(files.len());
        zip.extend(
            [b"PK\x05\x06", &[0; 4][..], &count, &count, &long(directory.len()), &start, &[0, 0]].concat(),
        );
        zip
    }
}
