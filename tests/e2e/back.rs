//! Back leads to where one was: the browser's own, and the page's. Long lists stay narrowed as they were.

use std::time::{Duration, Instant};

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{Browser, Kind, PATIENCE};
use crate::{data, journey};

const ARLEEN: &str = "fhir_r4/synthea_big/Arleen_Bartell_56d3e64d.json.gz";

/// Where a page stands: how far down, and what has the focus.
const STANDS: &str = "
    const at = document.activeElement;
    return [String(Math.round(scrollY)), at?.getAttribute('href') ?? at?.tagName ?? ''];";

/// Goes so far down, waits for a line to stand there, and follows its link as a finger or a hand would.
const FOLLOW: &str = "
    const [selector] = arguments;
    const links = Array.from(document.querySelectorAll(selector));
    const link = links.find((one) => one.getBoundingClientRect().top > 200);
    if (!link) return null;
    link.focus({ preventScroll: true });
    const stood = [String(Math.round(scrollY)), link.getAttribute('href')];
    link.click();
    return stood;";

impl Browser {
    async fn stands(&self) -> Vec<String> {
        self.value(STANDS).await.unwrap_or_default()
    }

    /// Scrolls down and follows a link that is in sight there; gives where the page stood and which link it was.
    async fn follow_far_down(&self, down: u32, selector: &str) -> Vec<String> {
        self.until("the page to be long enough", || async {
            self.driver.execute("scrollTo(0, arguments[0])", vec![json!(down)]).await.unwrap();
            self.value::<f64>("return scrollY").await == Some(f64::from(down))
        })
        .await;
        // What comes into sight is drawn and measured first.
        self.until("the page to come to rest", || async {
            let mut stood = Vec::new();
            for _ in 0..5 {
                stood.push(self.stands().await.first().cloned());
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
            let far = format!(
                "return !document.querySelector('main').innerText.includes('One moment …')
                   && Array.from(document.querySelectorAll({}), (one) => one.getBoundingClientRect().top).some((top) => top > 200)",
                json!(selector)
            );
            stood.windows(2).all(|two| two[0] == two[1]) && self.value::<bool>(&far).await == Some(true)
        })
        .await;
        let answer = self.driver.execute(FOLLOW, vec![json!(selector)]).await.unwrap();
        let stood: Vec<String> = answer.convert().unwrap();
        let gone = stood[1].clone();
        self.until("the page of the link", || async {
            let there = "return location.hash + (document.querySelector('main h1') ? '' : '…')";
            self.value::<String>(there).await.is_some_and(|hash| hash == gone)
        })
        .await;
        stood
    }

    async fn stands_as(&self, before: &[String]) {
        let started = Instant::now();
        loop {
            let now = self.stands().await;
            if now == before {
                break;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "it stood as {before:?}, and stands as {now:?}: {}",
                self.text().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // And it stays so.
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(self.stands().await, before);
    }

    async fn back(&self) {
        self.driver.execute("history.back()", vec![]).await.unwrap();
    }

    /// What a narrowed list says of itself.
    async fn sifted(&self) -> String {
        self.value("return document.querySelector('main p[role=status]').innerText").await.unwrap_or_default()
    }

    async fn lines(&self) -> usize {
        self.count("main li.line").await
    }
}

#[test]
fn back_leads_to_the_line_one_came_from() {
    journey(async {
        let browser = Browser::fresh("back").await;
        browser.window(390, 844).await;
        browser.start_record().await;
        browser.bring_own(data(ARLEEN)).await;

        // A chart from far down the list of tests, and back by the browser.
        browser.go("#/section/results", "Test results").await;
        let before = browser.follow_far_down(2600, "main a[href*='/analyte/']").await;
        assert_eq!(browser.stands().await[0], "0", "a page that is new begins at its top");
        browser.back().await;
        browser.find(Kind::Heading, "Test results").await;
        browser.stands_as(&before).await;

        // And by the page's own way; a link elsewhere begins at the top, with the focus on the heading.
        let before = browser.follow_far_down(3100, "main a[href*='/analyte/']").await;
        browser.driver.find(By::Css("a.back")).await.unwrap().click().await.unwrap();
        browser.find(Kind::Heading, "Test results").await;
        browser.stands_as(&before).await;
        browser.go("#/summary", "Summary").await;
        browser.go("#/section/results", "Test results").await;
        browser.stands_as(&["0".to_owned(), "H1".to_owned()]).await;

        // What was unfolded is unfolded again.
        browser.until("the list of tests", || async { browser.count("main ul.lines details a").await > 0 }).await;
        let unfold = "
            const folded = document.querySelector('main ul.lines details');
            folded.open = true;
            const link = folded.querySelector('a');
            link.focus();
            link.click();
            return link.getAttribute('href');";
        let gone: String = browser.value(unfold).await.unwrap();
        browser.until("the panel", || async { browser.count("main article.card").await > 0 }).await;
        browser.back().await;
        browser.find(Kind::Heading, "Test results").await;
        browser.until("its line again", || async { browser.stands().await.get(1) == Some(&gone) }).await;
        assert_eq!(browser.count("main ul.lines details[open]").await, 1);

        // The timeline, deep down, with a filter and words; those stand in no address.
        browser.go("#/timeline?kind=results", "Timeline").await;
        browser.put_into("Search your records", "blood").await;
        // Each letter has its own answer: only that to the last one marks the whole word.
        let marked = "
            const marks = Array.from(document.querySelectorAll('main article mark'), (one) => one.innerText);
            return marks.length > 0 && marks.every((one) => one.toLowerCase() === 'blood');";
        browser.until("the answer to the whole word", || async { browser.value(marked).await == Some(true) }).await;
        let before = browser.follow_far_down(30_000, "main article a[href*='/item/']").await;
        browser.find(Kind::Link, "Timeline").await;
        browser.back().await;
        browser.stands_as(&before).await;
        let words = "return document.getElementById('timeline-search').value";
        assert_eq!(browser.value::<String>(words).await.as_deref(), Some("blood"));
        assert!(browser.driver.current_url().await.unwrap().as_str().ends_with("#/timeline?kind=results"));
        let before = browser.follow_far_down(60_000, "main article a[href*='/item/']").await;
        browser.driver.find(By::Css("a.back")).await.unwrap().click().await.unwrap();
        browser.stands_as(&before).await;
        assert_eq!(browser.value::<String>(words).await.as_deref(), Some("blood"));
        browser.close().await;
    });
}

#[test]
fn a_long_list_is_narrowed_and_stays_so() {
    journey(async {
        let browser = Browser::fresh("sift").await;
        browser.start_record().await;
        browser.bring_own(data(ARLEEN)).await;

        browser.go("#/section/results", "Test results").await;
        browser.sees("Find in this list").await;
        let all = browser.lines().await;
        browser.put_into("Find in this list", "creatinine").await;
        browser.until("the list to be narrowed", || async { (1..all).contains(&browser.lines().await) }).await;
        let few = browser.lines().await;
        let told = browser.sifted().await;
        let numbers: Vec<u32> = told.split_whitespace().filter_map(|n| n.parse().ok()).collect();
        assert!(matches!(numbers[..], [left, of] if left >= few as u32 && left < of), "{told}");
        let address = browser.driver.current_url().await.unwrap();
        assert!(!address.as_str().contains("creat"), "{address}");

        // It is narrowed still when one comes back.
        browser.click(Kind::Link, "Creatinine").await;
        browser.until("the chart", || async { browser.count(".chart-area").await > 0 }).await;
        browser.back().await;
        browser.until("the narrowed list", || async { browser.lines().await == few }).await;
        assert_eq!(browser.sifted().await, told);
        let words = "return document.getElementById('sift-search').value";
        assert_eq!(browser.value::<String>(words).await.as_deref(), Some("creatinine"));

        // Nothing fits, and all of it again.
        browser.type_into("Find in this list", "zzzz").await;
        browser.press("Take all filters off").await;
        browser.until("the whole list", || async { browser.lines().await == all }).await;
        assert_eq!(browser.sifted().await, "");

        // By year, where lines have one.
        browser.go("#/section/documents", "Letters and documents").await;
        browser.until("the letters", || async { browser.count("#sift-year").await > 0 }).await;
        let all = browser.lines().await;
        let choose = "
            const field = document.getElementById('sift-year');
            field.value = field.options[1].value;
            field.dispatchEvent(new Event('change', { bubbles: true }));
            return field.value;";
        let year: String = browser.value(choose).await.unwrap();
        browser.until("one year's letters", || async { (1..all).contains(&browser.lines().await) }).await;
        let few = browser.lines().await;
        let link = "document.querySelector('main li.line .line-title a')";
        browser.driver.execute(&format!("{link}.focus(); {link}.click()"), vec![]).await.unwrap();
        browser.until("the letter", || async { browser.count("main article.card").await > 0 }).await;
        browser.back().await;
        browser.until("one year's letters", || async { browser.lines().await == few }).await;
        let chosen = "return document.getElementById('sift-year').value";
        assert_eq!(browser.value::<String>(chosen).await, Some(year));
        browser.close().await;
    });
}
