//! The errand of a SMART Health Link: read it, ask its host, fetch its files. Each step waits for the person's word.
//!
//! The parser worker reads what the link and the host say, the network worker asks; neither knows what the other does.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use web_sys::{File, Url};

use super::link::{Answered, LinkAsk, LinkCard, LinkError, LinkFile, Place, Request, Trouble};
use super::network::{Network, Reply};
use super::parser::Parser;
use super::wire::{Failure, Secret};

/// Most bytes of all files of a link together.
const LIMIT: u64 = 512 << 20;

/// A link that is being followed. Dropping it stops whatever is on its way.
pub struct Errand {
    parser: Parser,
    text: Secret,
    /// What the link says.
    pub card: LinkCard,
    /// The host, as the browser will ask it.
    pub host: String,
}

/// A file that the host has named.
pub struct Found {
    /// What was said of it.
    pub file: LinkFile,
    /// The host to ask for it, if it is not here yet.
    pub host: Option<String>,
    bytes: Option<Uint8Array>,
}

impl Found {
    /// True if it is to be brought in: a record that its sender stands by, and that can be had.
    pub fn is_wanted(&self) -> bool {
        !self.file.status.is_withdrawn() && !self.file.is_access && self.file.place != Place::Nowhere
    }
}

impl Errand {
    /// Reads a link. Nobody is asked by that.
    ///
    /// # Errors
    /// [`Trouble::Link`] if it can't be followed.
    pub async fn read(text: Secret) -> Result<Self, Trouble> {
        let mut parser = Parser::open(|_| {});
        let (card, _) = parser.link::<LinkCard>(LinkAsk::Read { text: text.clone() }, None).await?;
        let host = host(&card.url).filter(|host| same(host, &card.host));
        let host = host.ok_or(Trouble::Link(LinkError::UnsafeAddress))?;
        Ok(Self { parser, text, card, host })
    }

    /// Asks the host what there is. The person has agreed to this host.
    ///
    /// # Errors
    /// What the host refused, or why nothing came.
    pub async fn ask(
        &mut self,
        recipient: String,
        passcode: Secret,
        tell: impl Fn(u64, u64),
    ) -> Result<Vec<Found>, Trouble> {
        let text = self.text.clone();
        let ask = LinkAsk::Request { text: text.clone(), recipient, passcode };
        let (request, _) = self.parser.link::<Request>(ask, None).await?;
        if host(&request.url).as_ref() != Some(&self.host) {
            return Err(Trouble::Link(LinkError::UnsafeAddress));
        }
        let Reply { status, retry_after, bytes } = Network::open().ask(&request, tell).await?;
        let ask = LinkAsk::Answer { text, status, retry_after };
        let (answered, beside) = self.parser.link::<Answered>(ask, Some(bytes.buffer())).await?;
        let files = match answered {
            Answered::Files(files) if files.is_empty() => return Err(Trouble::NoFiles),
            Answered::Files(files) => files,
            Answered::WrongPasscode(left) => return Err(Trouble::WrongPasscode(left)),
            Answered::Gone => return Err(Trouble::Gone),
            Answered::Busy(seconds) => return Err(Trouble::Busy(seconds)),
            Answered::Odd(status) => return Err(Trouble::Odd(status)),
        };
        let found = files.into_iter().map(|mut file| {
            let (mut bytes, mut at) = (None, None);
            match &file.place {
                Place::Beside(place) => bytes = beside.get(*place as usize).cloned(),
                Place::At(url) => at = host(url),
                Place::Nowhere => {}
            }
            if bytes.is_none() && at.is_none() {
                file.place = Place::Nowhere;
            }
            Found { file, host: at, bytes }
        });
        Ok(found.collect())
    }

    /// The other hosts that have some of the files.
    pub fn elsewhere(&self, found: &[Found]) -> Vec<String> {
        let mut hosts: Vec<String> =
            found.iter().filter(|f| f.is_wanted()).filter_map(|f| f.host.clone()).filter(|h| *h != self.host).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// Fetches what is wanted and not here yet: the files, still encrypted, each under a name for people. The person has
    /// agreed to all hosts of them. `tell` hears which file of how many, and of it the bytes.
    ///
    /// # Errors
    /// Why one of them could not be fetched: then none is given.
    pub async fn fetch(&self, found: &[Found], tell: impl Fn(u32, u32, u64, u64)) -> Result<Vec<File>, Trouble> {
        let wanted: Vec<&Found> = found.iter().filter(|f| f.is_wanted()).collect();
        let of = wanted.len() as u32;
        let mut network = None;
        let (mut files, mut sum) = (Vec::new(), 0_u64);
        for (number, found) in (1..).zip(wanted) {
            let bytes = match (&found.bytes, &found.file.place) {
                (Some(bytes), _) => bytes.clone(),
                (None, Place::At(url)) => {
                    let network = network.get_or_insert_with(Network::open);
                    let request = Request { url: url.clone(), body: None };
                    let reply = network.ask(&request, |done, total| tell(number, of, done, total)).await?;
                    match reply.status {
                        200..=299 => reply.bytes,
                        401 | 403 | 404 | 410 => return Err(Trouble::FileGone),
                        429 => return Err(Trouble::Busy(reply.retry_after.and_then(|t| t.trim().parse().ok()))),
                        odd => return Err(Trouble::Odd(odd)),
                    }
                }
                (None, _) => continue,
            };
            sum += u64::from(bytes.length());
            if sum > LIMIT {
                return Err(Trouble::TooLarge(LIMIT));
            }
            let base = if self.card.label.trim().is_empty() { &self.host } else { &self.card.label };
            let name = if of > 1 { format!("{base} {number}") } else { base.clone() };
            let file = File::new_with_u8_array_sequence(&Array::of1(&bytes), &name);
            files.push(file.map_err(|_| Trouble::Failure(Failure::Unreadable))?);
        }
        Ok(files)
    }

    /// The link, for whoever opens the files.
    pub fn text(&self) -> Secret {
        self.text.clone()
    }
}

/// The host of an address as this browser reads it (URL Standard §4): in the letters in which it will be asked.
fn host(url: &str) -> Option<String> {
    Url::new(url).ok().map(|url| url.host()).filter(|host| !host.is_empty())
}

/// True if a link's own writing of a host is what the browser made of it: nothing else is shown than what is asked.
fn same(host: &str, written: &str) -> bool {
    let written = written.to_ascii_lowercase();
    written == host || written.strip_suffix(":443").is_some_and(|w| w == host)
}

/// A buffer for the parser worker.
pub(super) type Body = Option<ArrayBuffer>;
