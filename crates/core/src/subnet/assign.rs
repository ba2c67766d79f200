//! Assigning, releasing and setting aside.

use core::net::Ipv4Addr;

use super::bits::{block_place, clear, is_set, lanes_with_any, set};
use super::{BLOCK_BITS, DELEGATED_PREFIX_LEN, NOBODY, Reservation, ReservationKind, Subnet};
use crate::ipam::ADDRESSES_PER_PREFIX;
use crate::{Error, Ipv4Prefix};

impl Subnet {
    /// Assigns one address, wherever it lies: an address in use may well be inside a reservation.
    ///
    /// # Errors
    ///
    /// - outside the subnet: [`Error::AddressOutsideSubnet`]
    /// - one of the five that AWS keeps: [`Error::AddressReserved`]
    /// - part of an assigned prefix: [`Error::AddressInPrefix`]
    /// - assigned: [`Error::AddressAssigned`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// let address = Ipv4Addr::new(10, 0, 8, 20);
    /// subnet.assign(address)?;
    /// assert_eq!(subnet.assign(address), Err(Error::AddressAssigned { address }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn assign(&mut self, address: Ipv4Addr) -> Result<(), Error> {
        self.assign_to(address, NOBODY)
    }

    /// Assigns one address, as [`assign`](Self::assign), and notes who holds it.
    ///
    /// # Errors
    ///
    /// As [`assign`](Self::assign).
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// let address = Ipv4Addr::new(10, 0, 8, 20);
    /// subnet.assign_to(address, 7)?;
    /// assert_eq!(subnet.owner(address), Some(7));
    /// assert_eq!(subnet.assign_to(address, 8), Err(Error::AddressAssigned { address }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn assign_to(&mut self, address: Ipv4Addr, owner: u32) -> Result<(), Error> {
        let offset = self.take(address)?;
        self.owners.put(offset..offset + 1, owner, self.total_addresses());
        Ok(())
    }

    /// Assigns many addresses, or none of them.
    ///
    /// # Errors
    ///
    /// Of the first address that [`assign`](Self::assign) refuses; nothing is changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign_all([Ipv4Addr::new(10, 0, 8, 20), Ipv4Addr::new(10, 0, 8, 40)])?;
    /// assert_eq!((subnet.used_addresses(), subnet.free_prefixes()), (2, 12));
    ///
    /// let twice = [Ipv4Addr::new(10, 0, 8, 60), Ipv4Addr::new(10, 0, 8, 40)];
    /// assert_eq!(subnet.assign_all(twice), Err(Error::AddressAssigned { address: twice[1] }));
    /// assert_eq!(subnet.used_addresses(), 2);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn assign_all<I>(&mut self, addresses: I) -> Result<(), Error>
    where
        I: IntoIterator<Item = Ipv4Addr, IntoIter: Clone>,
    {
        let addresses = addresses.into_iter();
        let first = self.prefix.first().to_bits();
        let (mut done, mut refused) = (0, None);
        for address in addresses.clone() {
            let offset = address.to_bits().wrapping_sub(first);
            // Past the end there is no word, or a bit that is set.
            let word = self.taken.get_mut((offset / u64::BITS) as usize);
            let bit = 1 << (offset % u64::BITS);
            match word {
                Some(word) if *word & bit == 0 => *word |= bit,
                _ => {
                    refused = Some(address);
                    break;
                }
            }
            done += 1;
        }
        // Blocks are looked at once, not for every address.
        self.mark_busy_blocks();
        // No more addresses are taken than the subnet has.
        self.used += u32::try_from(done).unwrap_or(u32::MAX);
        let Some(refused) = refused else { return Ok(()) };
        let error = self.single(refused).err();
        for address in addresses.take(done) {
            self.take_back(&[address], &[]);
        }
        Err(error.unwrap_or(Error::AddressAssigned { address: refused }))
    }

    /// Assigns the addresses and prefixes of one network interface to an owner, or none of them.
    ///
    /// # Errors
    ///
    /// Of the first address that [`assign`](Self::assign) refuses, or the first prefix that
    /// [`assign_prefix`](Self::assign_prefix) does; nothing is changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// let primary = Ipv4Addr::new(10, 0, 8, 20);
    /// let prefix = Ipv4Prefix::constant([10, 0, 8, 32], 28);
    /// subnet.assign_interface(7, &[primary], &[prefix])?;
    /// assert_eq!((subnet.used_addresses(), subnet.owner(prefix.first())), (17, Some(7)));
    ///
    /// let free = Ipv4Addr::new(10, 0, 8, 200);
    /// assert_eq!(subnet.assign_interface(8, &[free], &[prefix]), Err(Error::PrefixAssigned { prefix }));
    /// assert!(subnet.is_free(free));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn assign_interface(
        &mut self,
        owner: u32,
        addresses: &[Ipv4Addr],
        prefixes: &[Ipv4Prefix],
    ) -> Result<(), Error> {
        for (done, address) in addresses.iter().enumerate() {
            if let Err(error) = self.assign_to(*address, owner) {
                self.take_back(&addresses[..done], &[]);
                return Err(error);
            }
        }
        for (done, prefix) in prefixes.iter().enumerate() {
            if let Err(error) = self.assign_prefix_to(*prefix, owner) {
                self.take_back(addresses, &prefixes[..done]);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Releases one address that was assigned by itself.
    ///
    /// # Errors
    ///
    /// - outside the subnet: [`Error::AddressOutsideSubnet`]
    /// - one of the five that AWS keeps: [`Error::AddressReserved`]
    /// - part of an assigned prefix, which is released as a whole: [`Error::AddressInPrefix`]
    /// - not assigned: [`Error::AddressNotAssigned`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// let address = Ipv4Addr::new(10, 0, 8, 20);
    /// subnet.assign(address)?;
    /// subnet.release(address)?;
    /// assert_eq!(subnet.release(address), Err(Error::AddressNotAssigned { address }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn release(&mut self, address: Ipv4Addr) -> Result<(), Error> {
        let offset = self.single(address)?;
        if !is_set(&self.taken, offset) {
            return Err(Error::AddressNotAssigned { address });
        }
        clear(&mut self.taken, offset);
        self.owners.put(offset..offset + 1, NOBODY, self.total_addresses());
        // The other addresses of the block, those that AWS reserves among them, may keep it busy.
        let block = offset / ADDRESSES_PER_PREFIX;
        if block != 0 && self.taken_in_block(block) == self.reserved_in_block(block) {
            self.set_idle(block);
        }
        self.used -= 1;
        Ok(())
    }

    /// Assigns an aligned /28 as a prefix, wherever it lies: a prefix in use may well be inside a reservation.
    /// In the last block it takes 15 addresses, since AWS keeps the last one.
    ///
    /// # Errors
    ///
    /// - not a /28: [`Error::DelegatedLength`]
    /// - outside the subnet: [`Error::PrefixOutsideSubnet`]
    /// - the first block: [`Error::PrefixReserved`]
    /// - assigned: [`Error::PrefixAssigned`]
    /// - with an address of its own assigned: [`Error::PrefixNotFree`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign_prefix(Ipv4Prefix::constant([10, 0, 8, 32], 28))?;
    ///
    /// let first = Ipv4Prefix::constant([10, 0, 8, 0], 28);
    /// assert_eq!(subnet.assign_prefix(first).unwrap_err().code(), "PREFIX_RESERVED");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn assign_prefix(&mut self, prefix: Ipv4Prefix) -> Result<(), Error> {
        self.assign_prefix_to(prefix, NOBODY)
    }

    /// Assigns a prefix, as [`assign_prefix`](Self::assign_prefix), and notes who holds it.
    ///
    /// # Errors
    ///
    /// As [`assign_prefix`](Self::assign_prefix).
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// let prefix = Ipv4Prefix::constant([10, 0, 8, 32], 28);
    /// subnet.assign_prefix_to(prefix, 7)?;
    /// assert_eq!(subnet.owner(prefix.last()), Some(7));
    /// assert_eq!(subnet.assign_prefix_to(prefix, 7), Err(Error::PrefixAssigned { prefix }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn assign_prefix_to(&mut self, prefix: Ipv4Prefix, owner: u32) -> Result<(), Error> {
        let block = self.block(prefix)?;
        if is_set(&self.blocks.delegated, block) {
            return Err(Error::PrefixAssigned { prefix });
        }
        let taken = self.taken_in_block(block) & !self.reserved_in_block(block);
        if taken != 0 {
            let address = self.address(block * ADDRESSES_PER_PREFIX + taken.trailing_zeros());
            return Err(Error::PrefixNotFree { prefix, address });
        }
        let (word, shift) = block_place(block);
        self.taken[word] |= BLOCK_BITS << shift;
        set(&mut self.blocks.busy, block);
        set(&mut self.blocks.delegated, block);
        self.used += self.assignable_in_block(block);
        self.owners.put(self.places(block), owner, self.total_addresses());
        Ok(())
    }

    /// Releases a prefix: its 16 addresses are free again.
    ///
    /// # Errors
    ///
    /// - not a /28: [`Error::DelegatedLength`]
    /// - outside the subnet: [`Error::PrefixOutsideSubnet`]
    /// - the first block: [`Error::PrefixReserved`]
    /// - not assigned as a prefix: [`Error::PrefixNotAssigned`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// let prefix = Ipv4Prefix::constant([10, 0, 8, 32], 28);
    /// subnet.assign_prefix(prefix)?;
    /// subnet.release_prefix(prefix)?;
    /// assert_eq!(subnet.release_prefix(prefix), Err(Error::PrefixNotAssigned { prefix }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn release_prefix(&mut self, prefix: Ipv4Prefix) -> Result<(), Error> {
        let block = self.block(prefix)?;
        if !is_set(&self.blocks.delegated, block) {
            return Err(Error::PrefixNotAssigned { prefix });
        }
        let (word, shift) = block_place(block);
        self.taken[word] &= !(BLOCK_BITS << shift);
        self.taken[word] |= self.reserved_in_block(block) << shift;
        self.set_idle(block);
        clear(&mut self.blocks.delegated, block);
        self.used -= self.assignable_in_block(block);
        self.owners.put(self.places(block), NOBODY, self.total_addresses());
        Ok(())
    }

    /// Adds a CIDR reservation. It moves nothing that is assigned, and may cover the addresses that AWS reserves.
    ///
    /// # Errors
    ///
    /// - not wholly inside the subnet: [`Error::PrefixOutsideSubnet`]
    /// - an address in common with another reservation: [`Error::ReservationOverlap`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet, subnet::ReservationKind};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.reserve(Ipv4Prefix::constant([10, 0, 8, 128], 26), ReservationKind::Prefix)?;
    /// subnet.reserve(Ipv4Prefix::constant([10, 0, 8, 64], 30), ReservationKind::Explicit)?;
    /// assert_eq!((subnet.free_prefixes(), subnet.free_prefixes_inside_reservations()), (13, 4));
    ///
    /// let half = Ipv4Prefix::constant([10, 0, 8, 128], 25);
    /// assert_eq!(subnet.reserve(half, ReservationKind::Prefix).unwrap_err().code(), "RESERVATION_OVERLAP");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn reserve(&mut self, prefix: Ipv4Prefix, kind: ReservationKind) -> Result<(), Error> {
        if !self.prefix.contains_prefix(prefix) {
            return Err(Error::PrefixOutsideSubnet { prefix, subnet: self.prefix });
        }
        let place = self.reservations.partition_point(|other| other.prefix < prefix);
        let neighbours = place.saturating_sub(1)..self.reservations.len().min(place + 1);
        if let Some(other) = self.reservations[neighbours].iter().find(|other| other.prefix.overlaps(prefix))
        {
            return Err(Error::ReservationOverlap { prefix, existing: other.prefix });
        }
        self.reservations.insert(place, Reservation { prefix, kind });
        let touched = self.offset(prefix.first()) / ADDRESSES_PER_PREFIX
            ..=self.offset(prefix.last()) / ADDRESSES_PER_PREFIX;
        match kind {
            ReservationKind::Explicit => touched.for_each(|block| set(&mut self.blocks.explicit, block)),
            // A range smaller than a /28 has no block wholly inside.
            ReservationKind::Prefix if prefix.prefix_len() > DELEGATED_PREFIX_LEN => {}
            ReservationKind::Prefix => touched.for_each(|block| set(&mut self.blocks.prefix, block)),
        }
        Ok(())
    }

    /// Marks an address as assigned, and tells its place.
    fn take(&mut self, address: Ipv4Addr) -> Result<u32, Error> {
        let offset = address.to_bits().wrapping_sub(self.prefix.first().to_bits());
        // Whatever forbids an address is marked in the bitmap; only then does the reason matter.
        if offset >= self.total_addresses() || is_set(&self.taken, offset) {
            return Err(self.single(address).err().unwrap_or(Error::AddressAssigned { address }));
        }
        set(&mut self.taken, offset);
        set(&mut self.blocks.busy, offset / ADDRESSES_PER_PREFIX);
        self.used += 1;
        Ok(offset)
    }

    /// Marks every block as busy in which an address is assigned.
    fn mark_busy_blocks(&mut self) {
        for (busy, taken) in self.blocks.busy.iter_mut().zip(self.taken.chunks(16)) {
            for (index, word) in taken.iter().enumerate() {
                *busy |= lanes_with_any(*word) << (4 * index);
            }
        }
        let last = self.last_block();
        if self.counts_last_block && self.taken_in_block(last) == self.reserved_in_block(last) {
            self.set_idle(last);
        }
    }

    /// Releases what was just assigned.
    fn take_back(&mut self, addresses: &[Ipv4Addr], prefixes: &[Ipv4Prefix]) {
        let addresses = addresses.iter().map(|address| self.release(*address)).all(|done| done.is_ok());
        let prefixes = prefixes.iter().map(|prefix| self.release_prefix(*prefix)).all(|done| done.is_ok());
        debug_assert!(addresses && prefixes);
    }

    /// Says that nothing is assigned in a block.
    fn set_idle(&mut self, block: u32) {
        if block != self.last_block() || self.counts_last_block {
            clear(&mut self.blocks.busy, block);
        }
    }

    /// The place of an address that may be assigned or released by itself.
    fn single(&self, address: Ipv4Addr) -> Result<u32, Error> {
        if !self.prefix.contains_addr(address) {
            return Err(Error::AddressOutsideSubnet { address, subnet: self.prefix });
        }
        let offset = self.offset(address);
        if self.is_reserved(offset) {
            return Err(Error::AddressReserved { address, subnet: self.prefix });
        }
        if is_set(&self.blocks.delegated, offset / ADDRESSES_PER_PREFIX) {
            let prefix = Ipv4Prefix::truncating(address, DELEGATED_PREFIX_LEN)?;
            return Err(Error::AddressInPrefix { address, prefix });
        }
        Ok(offset)
    }

    /// The place of a block that may be assigned or released as a prefix.
    fn block(&self, prefix: Ipv4Prefix) -> Result<u32, Error> {
        if prefix.prefix_len() != DELEGATED_PREFIX_LEN {
            return Err(Error::DelegatedLength { prefix });
        }
        if !self.prefix.contains_prefix(prefix) {
            return Err(Error::PrefixOutsideSubnet { prefix, subnet: self.prefix });
        }
        if prefix.first() == self.prefix.first() {
            return Err(Error::PrefixReserved { prefix, subnet: self.prefix });
        }
        Ok(self.offset(prefix.first()) / ADDRESSES_PER_PREFIX)
    }
}
