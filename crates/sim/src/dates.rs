//! Dates as AWS writes them.

use serde_json::{Value, json};

use crate::key::Seconds;

const DAY: i64 = 86_400;

/// A date in UTC, in whole seconds.
pub(crate) fn rfc3339(seconds: Seconds) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds of a date")]
    let total = seconds.floor() as i64;
    let (days, rest) = (total.div_euclid(DAY), total.rem_euclid(DAY));
    // By the proleptic Gregorian calendar. Days since 0000-03-01; years begin in March, so that leap days come last.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Seconds since 1970 of a date as conditions of policies write it: `2026-11-23`, `2026-11-23T10:00:00Z`, or the seconds
/// themselves.
pub(crate) fn seconds(text: &str) -> Option<Seconds> {
    if let Ok(number) = text.parse::<f64>() {
        return Some(number);
    }
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let numbers = |text: &str, separator: char| -> Option<[i64; 3]> {
        let parts: Vec<i64> = text.split(separator).map(str::parse).collect::<Result<_, _>>().ok()?;
        parts.try_into().ok()
    };
    let [year, month, day] = numbers(date, '-')?;
    let time = time.strip_suffix('Z')?;
    let [hour, minute, second] = numbers(time.split_once('.').map_or(time, |(whole, _)| whole), ':')?;
    let good = (1..=12).contains(&month) && (1..=31).contains(&day) && (0..10_000).contains(&year);
    let good = good && (0..24).contains(&hour) && (0..60).contains(&minute) && (0..61).contains(&second);
    if !good {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + day_of_era - 719_468;
    #[expect(clippy::cast_precision_loss, reason = "dates of four-digit years")]
    Some((days * DAY + hour * 3600 + minute * 60 + second) as f64)
}

/// An answer with its dates in milliseconds, as AWS sends them: KMS has no other fractions.
pub(crate) fn in_milliseconds(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(in_milliseconds),
        Value::Object(members) => members.values_mut().for_each(in_milliseconds),
        Value::Number(number) => {
            if let Some(date) = number.as_f64().filter(|_| number.is_f64()) {
                *value = json!((date * 1000.0).round() / 1000.0);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{in_milliseconds, rfc3339, seconds};

    #[test]
    fn dates() {
        for (text, number) in [
            ("1970-01-01T00:00:00Z", 0.0),
            ("2000-02-29T00:00:00Z", 951_782_400.0),
            ("2024-02-29T23:59:59Z", 1_709_251_199.0),
        ] {
            assert_eq!(rfc3339(number + 0.9), text);
            assert_eq!(seconds(text), Some(number));
        }
        assert_eq!(seconds("2000-02-29"), Some(951_782_400.0));
        assert_eq!(seconds("951782400"), Some(951_782_400.0));
        assert_eq!(seconds("2024-02-29T23:59:59.5Z"), Some(1_709_251_199.0));
        assert_eq!(seconds("tomorrow"), None);
        assert_eq!(seconds("2000-13-01"), None);
    }

    #[test]
    fn answers_have_milliseconds() {
        let mut answer =
            json!({ "Date": 1_790_208_000.123_456_7, "Days": 7, "List": [{ "Date": 1_821_744_000.0 + 0.122_999_9 }] });
        in_milliseconds(&mut answer);
        assert_eq!(answer.to_string(), r#"{"Date":1790208000.123,"Days":7,"List":[{"Date":1821744000.123}]}"#);
    }
}
