//! `cargo +nightly fuzz run table fuzz/corpus/table`
//!
//! Rows below the headers of the exporters that are known.
#![no_main]

mod balance;

const HEADERS: [&str; 4] = [
    "Device,Serial Number,Device Timestamp,Record Type,Historic Glucose mmol/L,Scan Glucose mmol/L,Non-numeric Rapid-Acting \
     Insulin,Rapid-Acting Insulin (units),Non-numeric Food,Carbohydrates (grams),Carbohydrates (servings),Non-numeric \
     Long-Acting Insulin,Long-Acting Insulin Value (units),Notes,Strip Glucose mmol/L,Ketone mmol/L,Meal Insulin (units),\
     Correction Insulin (units),User Change Insulin (units)",
    "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Patient Info,Device Info,Source Device ID,Glucose Value \
     (mg/dL),Insulin Value (u),Carb Value (grams),Duration (hh:mm:ss),Glucose Rate of Change (mg/dL/min),Transmitter Time \
     (Long Integer)",
    "Date,Heart rate,Systolic,Diastolic,Comments",
    "Date,Time,Systolic (mmHg),Diastolic (mmHg),Pulse (bpm),Symptoms,Consumed,TruRead,Notes",
];

const CELLS: [&str; 32] = [
    "",
    "Libre 3",
    "X-1",
    "01-02-2026 10:11",
    "13-02-2026 10:11",
    "02/13/2026 1:02 PM",
    "0",
    "1",
    "5",
    "5.4",
    "5,4",
    "Low",
    "High",
    "-1",
    "1e9",
    "EGV",
    "Insulin",
    "Alert",
    "FirstName",
    "2026-02-03T04:05:06",
    "2026-02-30T04:05:06",
    "2026-02-03 04:05:06",
    "3 Feb 2026",
    "09:10",
    "120",
    "80",
    "\"a, b\"",
    "\"a \"\"b\"\"\"",
    "\"two\nlines\"",
    "\u{e9}",
    "soon",
    "999999999999",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let mut table = HEADERS[usize::from(*first) % HEADERS.len()].to_owned();
    table.push('\n');
    let mut wild = table.clone().into_bytes();
    wild.extend(rest);
    balance::check(&wild);
    let width = table.split(',').count();
    for (n, byte) in rest.iter().take(1024).enumerate() {
        // Now and then a row is shorter or longer than the header.
        let end = (n + 1) % width == 0 || *byte == 255;
        table.push_str(CELLS[usize::from(*byte) % CELLS.len()]);
        table.push(if end { '\n' } else { ',' });
    }
    balance::check(table.as_bytes());
});
