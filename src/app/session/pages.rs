//! The pages of the open record, as the pure views make them.

use super::{Edge, Session};
use crate::app::wire::Failure;
use crate::record::Section;
use crate::view::{self, Row};
use crate::view::{
    documents::Documents,
    entry::EntryPage,
    people::Header,
    results::Analyte,
    section::SectionPage,
    summary::Summary,
    timeline::{self, Timeline},
};

impl<E: Edge> Session<E> {
    pub(in crate::app) async fn header(&mut self) -> Result<Header, Failure> {
        let held = self.held()?;
        Ok(view::people::header(held.parcels(), Some(&held.person()), self.edge.today()))
    }

    pub(in crate::app) async fn summary(&mut self) -> Result<Summary, Failure> {
        let held = self.held()?;
        let (record, index) = held.record();
        Ok(view::summary::summary(record, index, Some(&held.person()), self.edge.today()))
    }

    pub(in crate::app) async fn timeline(&mut self, ask: timeline::Ask) -> Result<Timeline, Failure> {
        let (record, index) = self.held()?.record();
        Ok(view::timeline::timeline(record, index, &ask, self.edge.today()))
    }

    pub(in crate::app) async fn ready_to_search(&mut self) -> Result<(), Failure> {
        let (record, index) = self.held()?.record();
        index.ready_to_search(record);
        Ok(())
    }

    pub(in crate::app) async fn section(&mut self, section: Section) -> Result<SectionPage, Failure> {
        let (record, index) = self.held()?.record();
        Ok(view::section::section(record, index, section, self.edge.today()))
    }

    pub(in crate::app) async fn analyte(&mut self, id: String) -> Result<Option<Analyte>, Failure> {
        let (record, index) = self.held()?.record();
        Ok(view::results::analyte(record, index, &id, self.edge.today()))
    }

    pub(in crate::app) async fn entry(&mut self, id: String) -> Result<Option<EntryPage>, Failure> {
        let (record, index) = self.held()?.record();
        Ok(view::entry::entry(record, index, &id, self.edge.today()))
    }

    pub(in crate::app) async fn off_the_pages(&mut self) -> Result<Vec<Row>, Failure> {
        let (record, _) = self.held()?.record();
        Ok(view::section::off_the_pages(record, self.edge.today()))
    }

    pub(in crate::app) async fn documents(&mut self) -> Result<Documents, Failure> {
        let (record, index) = self.held()?.record();
        Ok(view::documents::documents(record, index, self.edge.today()))
    }

    pub(in crate::app) async fn found(&mut self, search: String) -> Result<Vec<String>, Failure> {
        let (record, index) = self.held()?.record();
        Ok(view::timeline::having(record, index, &search))
    }
}
