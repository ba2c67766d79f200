//! The ports that the user data of a group leaves its nodes.

use super::proxies::Proxy;
use crate::check::found::Added;
use crate::dsr::facts::{Held, ListedRange};
use crate::model::{Place, PortCommand};
use winpod::ports::{self, DEFAULT_DYNAMIC_RANGE, PortSet, Protocol, supply};

/// Policies held against the ports that user data sets. A node that runs tells its dynamic range better.
///
/// Protocols whose ports an expression decides are left out; the places of those commands come with the rest.
pub(super) fn own_ports<'p>(
    mut held: Held,
    proxy: &'p Proxy<'_>,
    listed: &[ListedRange],
) -> (Held, Vec<&'p Place>) {
    let mut hidden = Vec::new();
    held.of.retain_mut(|(protocol, estimate)| {
        let listed = listed.iter().find(|range| range.protocol == *protocol);
        let mut commands = about(proxy, *protocol).peekable();
        if listed.is_some_and(|range| range.listed.is_some()) || commands.peek().is_none() {
            return true;
        }
        let mut dynamic = DEFAULT_DYNAMIC_RANGE;
        let administered = listed.into_iter().flat_map(|range| &range.administered);
        let mut excluded: PortSet = administered.map(|(range, _)| *range).collect();
        for command in commands {
            match command.range {
                Some(range) if command.excludes => excluded.insert(range),
                // The last one counts.
                Some(range) => dynamic = range,
                None => {
                    hidden.push(&command.place);
                    return false;
                }
            }
        }
        *estimate = ports::estimate(supply(dynamic, &excluded).blocks, estimate.demand);
        true
    });
    (held, hidden)
}

/// Names the command that sets the dynamic range, if one does.
pub(super) fn tell_range(added: Added<'_>, proxy: &Proxy<'_>, protocol: Protocol) {
    let set = about(proxy, protocol).filter(|command| !command.excludes).last();
    if let Some(command) = set {
        added.related(&command.place, format!("the dynamic range of {protocol}"));
    }
}

/// The commands of user data about the ports of a protocol, in their order.
fn about<'p>(proxy: &'p Proxy<'_>, protocol: Protocol) -> impl Iterator<Item = &'p PortCommand> {
    let commands = proxy.data.iter().flat_map(|data| &data.port_commands);
    commands.filter(move |command| command.protocol == protocol)
}
