//! Units, townships, villages and pilots, as the managing view of the division codes has them.

use std::collections::BTreeMap;

use crate::contract::{CITY, Contracts, Division};
use crate::generate::rng::Rng;
use crate::generate::schema::CITY as CITY_INDEX;

/// A village or community.
pub(in crate::generate) struct Village {
    pub code: String,
    pub name: String,
    pub town: usize,
    pub unit: usize,
    pub urban: bool,
    /// Made-up position near the centre of the county, in ten-thousandths of a degree.
    pub lon: i64,
    pub lat: i64,
}

/// A township or street.
pub(in crate::generate) struct Town {
    pub code: String,
    pub name: String,
    pub unit: usize,
    pub villages: Vec<usize>,
}

/// All places, by index.
pub(in crate::generate) struct Places {
    /// Eight units, then the bureau.
    pub unit_codes: Vec<String>,
    pub unit_names: Vec<String>,
    pub towns: Vec<Town>,
    pub villages: Vec<Village>,
    pub towns_of: Vec<Vec<usize>>,
    pub villages_of: Vec<Vec<usize>>,
    /// Villages of the pilots, by pilot number.
    pub pilots: Vec<usize>,
    /// The number of the pilot in a village, from 0.
    pub pilot_of: Vec<Option<usize>>,
}

/// Where a row belongs: a unit, and as far as it says so a township and a village.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::generate) struct At {
    unit: u8,
    town: Option<u16>,
    village: Option<u16>,
}

impl At {
    /// The bureau.
    pub(in crate::generate) const CITY: Self = Self { unit: 8, town: None, village: None };

    /// A unit as a whole.
    pub(in crate::generate) fn unit_only(unit: usize) -> Self {
        Self { unit: u8::try_from(unit).unwrap_or(8), town: None, village: None }
    }

    pub(in crate::generate) fn unit(self) -> usize {
        usize::from(self.unit)
    }

    /// The same without the village.
    pub(in crate::generate) fn without_village(self) -> Self {
        Self { village: None, ..self }
    }
}

impl Places {
    pub(in crate::generate) fn new(contracts: &Contracts, rng: &mut Rng) -> Self {
        let mut unit_codes: Vec<String> = contracts.units().iter().map(|u| (*u).to_owned()).collect();
        unit_codes.push(CITY.to_owned());
        let unit_names = unit_codes.iter().map(|u| contracts.unit_name(u).to_owned()).collect();
        let mut places = Self {
            unit_codes,
            unit_names,
            towns: Vec::new(),
            villages: Vec::new(),
            towns_of: vec![Vec::new(); 8],
            villages_of: vec![Vec::new(); 8],
            pilots: Vec::new(),
            pilot_of: Vec::new(),
        };
        let current = |level: &str| {
            let level = level.to_owned();
            contracts.divisions.iter().filter(move |d| d.level == level && d.status == "current")
        };
        for d in current("township") {
            places.add_town(d);
        }
        let index: BTreeMap<String, usize> =
            places.towns.iter().enumerate().map(|(i, t)| (t.code.clone(), i)).collect();
        let mut pilots = Vec::new();
        for d in current("village") {
            if let Some(town) = index.get(&d.parent_code) {
                places.add_village(d, *town, rng, &mut pilots);
            }
        }
        pilots.sort_unstable();
        places.pilots = pilots.into_iter().map(|(_, v)| v).collect();
        places.pilot_of = vec![None; places.villages.len()];
        for (i, v) in places.pilots.iter().enumerate() {
            places.pilot_of[*v] = Some(i);
        }
        places
    }

    fn unit_index(&self, code: &str) -> Option<usize> {
        self.unit_codes.iter().take(8).position(|u| u == code)
    }

    fn add_town(&mut self, d: &Division) {
        let Some(unit) = self.unit_index(&d.managing_unit_code) else { return };
        self.towns_of[unit].push(self.towns.len());
        self.towns.push(Town { code: d.code.clone(), name: d.name_short.clone(), unit, villages: Vec::new() });
    }

    fn add_village(&mut self, d: &Division, town: usize, rng: &mut Rng, pilots: &mut Vec<(u32, usize)>) {
        let Some(unit) = self.unit_index(&d.managing_unit_code) else { return };
        let here = self.villages.len();
        self.villages_of[unit].push(here);
        self.towns[town].villages.push(here);
        if d.is_pilot == "Y" {
            pilots.push((d.pilot_no.parse().unwrap_or(99), here));
        }
        let (lon, lat) = centre(&d.managing_unit_code);
        self.villages.push(Village {
            code: d.code.clone(),
            name: d.name_short.clone(),
            town,
            unit,
            urban: matches!(d.urban_rural.as_str(), "居委会" | "U"),
            lon: lon + rng.normal(0.0, 600.0).round() as i64,
            lat: lat + rng.normal(0.0, 500.0).round() as i64,
        });
    }

    /// Whether a unit is one of the three parks, whose codes have a letter.
    pub(in crate::generate) fn is_park(&self, unit: usize) -> bool {
        self.unit_codes[unit].contains('A')
    }

    pub(in crate::generate) fn at_village(&self, village: usize) -> At {
        let v = &self.villages[village];
        At { village: u16::try_from(village).ok(), ..self.at_town(v.town).of_unit(v.unit) }
    }

    pub(in crate::generate) fn at_town(&self, town: usize) -> At {
        At { town: u16::try_from(town).ok(), ..At::unit_only(self.towns[town].unit) }
    }

    pub(in crate::generate) fn unit_code(&self, at: At) -> &str {
        self.unit_codes.get(at.unit()).map_or(&self.unit_codes[CITY_INDEX], String::as_str)
    }

    pub(in crate::generate) fn town_code(&self, at: At) -> &str {
        at.town.and_then(|t| self.towns.get(usize::from(t))).map_or("", |t| &t.code)
    }

    pub(in crate::generate) fn village_code(&self, at: At) -> &str {
        at.village.and_then(|v| self.villages.get(usize::from(v))).map_or("", |v| &v.code)
    }
}

impl At {
    fn of_unit(self, unit: usize) -> Self {
        Self { unit: u8::try_from(unit).unwrap_or(8), ..self }
    }
}

/// Rough centre of a unit in ten-thousandths of a degree.
fn centre(unit: &str) -> (i64, i64) {
    match unit {
        "510903" => (1_055_700, 305_200),
        "510904" => (1_054_500, 303_500),
        "510921" => (1_057_100, 307_600),
        "510923" => (1_052_400, 305_900),
        "510981" => (1_053_900, 308_700),
        "5109A1" => (1_056_000, 305_000),
        "5109A2" => (1_055_600, 305_400),
        _ => (1_055_300, 304_700),
    }
}
