use super::{Listings, Parser, is_listing};
use crate::model::{IpVersion, ListedPorts, PortListing};
use crate::read::lines::{Head, Lines};
use std::io;
use winpod::ports::Protocol;

const BOTH: &str = "\r
Protocol tcp Dynamic Port Range\r
---------------------------------\r
Start Port      : 49152\r
Number of Ports : 16384\r
\r
Protocol tcp Port Exclusion Ranges\r
\r
Start Port    End Port      \r
----------    --------      \r
      5985        5985      \r
     47001       47001      \r
     49664       49727      \r
     50000       50059     *\r
     50060       50123\r
\r
* - Administered port exclusions.\r
\r
";

fn read(name: &str, bytes: &[u8]) -> Listings {
    stream(name, bytes, io::empty())
}

fn stream(name: &str, start: &[u8], rest: impl io::Read) -> Listings {
    let file = name.into();
    let mut parser = Parser::new(&file);
    let mut lines = Lines::new(start, rest).unwrap();
    while let Some(line) = lines.next().unwrap() {
        parser.line(&line);
    }
    parser.finish()
}

fn of(name: &str, text: &str) -> Listings {
    assert!(is_listing(&Head::of(text.as_bytes()), true), "{text}");
    read(name, text.as_bytes())
}

fn shown(listing: &PortListing) -> String {
    let what = match &listing.ports {
        ListedPorts::Dynamic(range) => range.to_string(),
        ListedPorts::Excluded(rows) => {
            let star = |administered| if administered { "*" } else { "" };
            let rows: Vec<String> =
                rows.iter().map(|row| format!("{}{}", row.range, star(row.administered))).collect();
            format!("[{}]", rows.join(" "))
        }
    };
    let protocol = listing.protocol.map_or("?", Protocol::name);
    let version = match listing.ip_version {
        None => "?",
        Some(IpVersion::V4) => "4",
        Some(IpVersion::V6) => "6",
    };
    format!("{protocol} {version} {}:{} {what}", listing.place.line, listing.place.column)
}

fn all(name: &str, text: &str) -> Vec<String> {
    let found = of(name, text);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    found.listings.iter().map(shown).collect()
}

#[test]
fn both_listings_in_one_file() {
    let expected =
        ["TCP ? 4:19 49152-65535", "TCP ? 10:1 [5985-5985 47001-47001 49664-49727 50000-50059* 50060-50123]"];
    assert_eq!(all("a.txt", BOTH), expected);
    assert_eq!(all("a.txt", &BOTH.replace("\r\n", "\n")), expected);
    let wide: Vec<u8> =
        b"\xff\xfe".iter().copied().chain(BOTH.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert!(is_listing(&Head::of(&wide), true));
    assert_eq!(read("a", &wide).listings.iter().map(shown).collect::<Vec<_>>(), expected);
}

#[test]
fn any_language() {
    // The words are composed; only their shape matters.
    let of = |text: &str| all("listing", text).concat();
    let french =
        "Plage de ports dynamique du protocole tcp\nPort de démarrage : 34000\nNombre de ports : 31536\n";
    assert_eq!(of(french), "TCP ? 2:21 34000-65535");
    assert_eq!(
        of("协议 udp 动态端口范围\n---------------------------------\n启动端口：1024\n端口数：13977\n"),
        "UDP ? 3:6 1024-15000"
    );
    assert_eq!(
        of("Protokoll tcp Dynamischer Portbereich\n\nStartport : 49152\nAnzahl von Ports : 16384"),
        "TCP ? 3:13 49152-65535"
    );
    assert_eq!(
        of(
            "プロトコル tcp ポート除外範囲\n\n開始ポート    終了ポート\n----------    --------\n      80  80\n"
        ),
        "TCP ? 4:1 [80-80]"
    );
    // Code page 850, which no encoding of ours reads.
    let bytes = b"Plage de ports dynamique du protocole tcp\r\n-----\r\nPort de d\x82marrage\xff: 34000\r\nNombre de ports\xff: 31536\r\n";
    assert!(is_listing(&Head::of(bytes), true));
    assert_eq!(shown(&read("a", bytes).listings[0]), "TCP ? 3:21 34000-65535");
}

#[test]
fn protocol_and_version_stand_where_they_stand() {
    let rows = "----------    --------\n 80 80\n";
    let of = |name: &str, text: &str| all(name, text).join("; ");
    let echoed = format!(
        "PS C:\\> netsh int ipv6 show excludedportrange protocol=UDP\n\nProtocol udp Port Exclusion Ranges\n\n{rows}\
PS C:\\> netsh int ipv4 sh excludedportrange tcp\n{rows}"
    );
    assert_eq!(of("a", &echoed), "UDP 6 5:1 [80-80]; TCP 4 8:1 [80-80]");
    assert_eq!(of("/tcp/ipv4-excluded-UDP.txt", rows), "UDP 4 1:1 [80-80]");
    assert_eq!(of("both-tcp-udp.txt", rows), "? ? 1:1 [80-80]");
    // Of two listings only the first has a heading: the second is about either.
    assert_eq!(of("a", &format!("Protocol tcp\n{rows}{rows}")), "TCP ? 2:1 [80-80]; ? ? 4:1 [80-80]");
    // Without any heading.
    assert_eq!(of("a", "80 80\n443 443*\n"), "? ? 1:1 [80-80 443-443*]");
    assert_eq!(of("a", "Start Port      : 49152\nNumber of Ports : 16384\n"), "? ? 1:19 49152-65535");
    // An empty table says that nothing is excluded.
    assert_eq!(
        of(
            "a",
            "Protocol tcp Port Exclusion Ranges\n\nStart Port    End Port\n----------    --------\n\n* - Administered port exclusions.\n"
        ),
        "TCP ? 4:1 []"
    );
}

#[test]
fn other_files_are_none() {
    for text in [
        "",
        "---\na: 1\nb: 2\n",
        "minSize : 2\nmaxSize : 4\n",
        "a: 1\n",
        "- 1\n- 2\n",
        "80 80 80\n",
        "apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - protocol: tcp\n    port: 80\n    targetPort: 81\n",
        "Name    Value\n----    -----\nfoo   1\n",
        "Port  OwningProcess\n----  -------------\n 8080   1044\n  80   4\n",
        "{\"tcp\": 1}",
        "70000 80000\n",
    ] {
        assert!(!is_listing(&Head::of(text.as_bytes()), true), "{text}");
    }
    assert!(!is_listing(&Head::of(b"PK\x03\x04 tcp\n80 80\n"), true));
    // A cut number may be any.
    assert!(!is_listing(&Head::of(b"foo\n----------    --------\n 80 8"), false));
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let problems = |text: &str| -> Vec<String> {
        read("f", text.as_bytes()).problems.iter().map(ToString::to_string).collect()
    };
    let huge = "9".repeat(400);
    assert_eq!(
        problems(&format!("Protocol tcp\n----  ----\n 80 79\n 70000 70001\n 0 5\n {huge} 1\n 5985 abc\n")),
        [
            "f:3:1: 80 to 79 is no range of ports: two ports from 1 to 65535 are allowed, the lower one first; without this row the listing is not used [PORT_RANGE]".to_owned(),
            "f:4:1: 70000 to 70001 is no range of ports: two ports from 1 to 65535 are allowed, the lower one first; without this row the listing is not used [PORT_RANGE]".to_owned(),
            "f:5:1: 0 to 5 is no range of ports: two ports from 1 to 65535 are allowed, the lower one first; without this row the listing is not used [PORT_RANGE]".to_owned(),
            format!("f:6:1: {}… to 1 is no range of ports: two ports from 1 to 65535 are allowed, the lower one first; without this row the listing is not used [PORT_RANGE]", "9".repeat(80)),
            "f:7:1: \"5985 abc\" is no row of an excluded range: a row has two ports [NETSH_ROW]".to_owned(),
        ]
    );
    // What a refused row holds would count as free.
    assert_eq!(read("f", b"Protocol tcp\n----  ----\n 50000 50063\n 80 79\n").listings, []);
    assert_eq!(read("f", b"Protocol tcp\n----  ----\n 50000 50063\n 80 80\n").listings.len(), 1);
    assert_eq!(
        problems("Protocol tcp\nStart Port : 49152\nNumber of Ports : 99999\n"),
        [
            "f:2:14: a dynamic range of 99999 ports from port 49152 is none: its ports lie from 1 to 65535 [PORT_RANGE]"
        ]
    );
    assert_eq!(
        problems("Protocol tcp\nStart Port : 49152\n"),
        [
            "f:2:14: the dynamic range from port 49152 has no number of ports: the listing is cut off; list it again [NETSH_CUT]"
        ]
    );
}

#[test]
fn numbers_that_are_no_ports_make_a_listing_with_an_error() {
    let huge = format!("1{}", "0".repeat(30));
    for (text, line) in [
        ("Start Port    End Port\n----------    --------\n 70000 80000\n".to_owned(), 3),
        (format!("80 80\n50000 {huge}\n"), 2),
        (format!("Start Port      : 49152\nNumber of Ports : {huge}\n"), 1),
        (format!("Start Port      : {huge}\nNumber of Ports : 16384\n"), 1),
        ("Protocol tcp\n----  ----\n-5 80\n".to_owned(), 3),
    ] {
        let found = of("f", &text);
        assert_eq!(found.problems.len(), 1, "{text}");
        assert_eq!(found.problems[0].location.as_ref().map(|it| it.line), Some(line), "{text}");
    }
}

#[test]
fn length_does_not_matter() {
    let rows = |count: usize| format!("Protocol tcp\n----  ----\n{}", " 50000  50063\n".repeat(count));
    let found = read("f", rows(100_000).as_bytes());
    assert_eq!(found.problems.len(), 1);
    assert_eq!(found.problems[0].code, "TOO_LARGE");
    let found = read("f", " 5 4\n".repeat(1000).as_bytes());
    assert_eq!((found.problems.len(), found.problems[20].code.as_str()), (21, "MORE_PROBLEMS"));
    let found = read("f", "Protocol tcp\n----  ----\n 80 80\n".repeat(100).as_bytes());
    assert_eq!((found.listings.len(), found.problems.len()), (64, 21));
    // One line of 100 MB, as a stream: no row, so the listing is not whole.
    let endless = io::Read::take(io::repeat(b'7'), 100 << 20);
    let found = stream("f", b"Protocol tcp\n 80 80\n", endless);
    assert_eq!((found.listings.len(), found.problems.len()), (0, 1));
}
