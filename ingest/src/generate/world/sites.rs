//! Centres, stations and points, and the four kinds of scenes.

use crate::generate::cell::{E4, Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::orgs::org_key;
use super::quality::Field;
use super::{Done, World};

/// A scene: street, supermarket, tea house or shop.
pub(super) struct Scene {
    pub village: usize,
    /// `1` 街区, `2` 超市, `3` 茶社, `4` 商店.
    pub kind: &'static str,
}

/// The key of a scene.
pub(super) fn scene_key(scene: usize) -> Key {
    Key::at("CJ", scene, 4)
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("sites");
    let sites = plan_sites(w, &mut rng);
    write_sites(w, store, &mut rng, &sites)?;
    for (kind, village) in sites {
        w.has_point[village] |= kind == "3";
    }
    plan_scenes(w, &mut rng);
    write_scenes(w, store, &mut rng)
}

fn plan_sites(w: &World<'_>, rng: &mut Rng) -> Vec<(&'static str, usize)> {
    let p = &w.places;
    let mut sites: Vec<(&str, usize)> = (0..8).filter_map(|u| Some(("1", *p.villages_of[u].first()?))).collect();
    for town in &p.towns {
        if rng.chance(w.q(town.unit, Field::Platform, 0.78, 1.02)) {
            sites.extend(town.villages.first().map(|v| ("2", *v)));
        }
    }
    let small = (0.35 + w.size as f64 / 5000.0).min(1.0);
    for (v, village) in p.villages.iter().enumerate() {
        match w.pilot(v) {
            Some(q) => sites.extend(std::iter::repeat_n(("3", v), 1 + (q * 2.6) as usize)),
            None if rng.chance(w.q(village.unit, Field::Platform, 0.2, 0.9) * small) => sites.push(("3", v)),
            None => {}
        }
    }
    sites
}

fn write_sites(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, sites: &[(&str, usize)]) -> Done {
    let columns = [
        "site_id",
        "site_name",
        "site_type",
        "operator_org_id",
        "open_date",
        "area_m2",
        "fulltime_staff",
        "parttime_staff",
        "open_days",
        "address",
        "lon",
        "lat",
    ];
    let table = store.open("service_site", &columns)?;
    let idle = w.quality.worst(Field::Platform);
    for (i, (kind, v)) in sites.iter().enumerate() {
        let (village, at) = (&w.places.villages[*v], w.at_village(*v));
        let town = &w.places.towns[village.town];
        let (name, full) = match *kind {
            "1" if village.unit == idle => (format!("{}公益慈善服务中心", w.unit_name(village.unit)), 0),
            "1" => (format!("{}公益慈善服务中心", w.unit_name(village.unit)), rng.between(1, 4)),
            "2" => (format!("{}公益慈善服务站", town.name), rng.between(0, 1)),
            _ => (format!("{}公益慈善服务点", village.name), rng.between(0, 1)),
        };
        let operator = rng.of(&w.orgs.working[village.unit]);
        let weak = w.pilot(*v).is_some_and(|q| q < 0.5) || rng.chance(0.1);
        let cells = row![
            Key::at("ZD", i, 5),
            &name,
            *kind,
            (!weak).then(|| org_key(operator)),
            World::day(rng, Day::new(2022, 5, 1), w.first - 3),
            Fen(rng.between(2_500, 26_000)),
            full,
            rng.between(0, 4),
            rng.between(40, 92),
            &name,
            E4(village.lon),
            E4(village.lat),
        ];
        store.put(&table, if *kind == "3" { at } else { at.without_village() }, cells)?;
    }
    Ok(())
}

fn plan_scenes(w: &mut World<'_>, rng: &mut Rng) {
    for unit in 0..8 {
        let mut kinds = ["1", "2", "3", "4"];
        rng.shuffle(&mut kinds);
        let count = (w.q(unit, Field::Platform, 1.2, 4.4).round() as usize).clamp(1, 4);
        let mut kinds = kinds[..count].to_vec();
        if !kinds.contains(&"2") {
            kinds.push("2");
        }
        for kind in kinds {
            for _ in 0..2 {
                let village = rng.of(&w.places.villages_of[unit]);
                w.scenes.push(Scene { village, kind });
            }
        }
    }
    for (i, village) in w.places.pilots.iter().enumerate() {
        let count = ((w.quality.pilots[i] * 3.0).round() as usize).min(4);
        w.scenes.extend(["2", "1", "3", "4"][..count].iter().map(|kind| Scene { village: *village, kind }));
    }
}

fn write_scenes(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = [
        "scene_id",
        "scene_name",
        "scene_type",
        "operator_name",
        "linked_merchants",
        "linked_enterprises",
        "open_date",
        "visits_qty",
        "donated_value",
    ];
    let table = store.open("service_scene", &columns)?;
    for (i, s) in w.scenes.iter().enumerate() {
        let q = w.pilot(s.village).unwrap_or(0.5);
        let village = &w.places.villages[s.village];
        let kind = match s.kind {
            "1" => "慈善街区",
            "2" => "慈善超市",
            "3" => "慈善茶社",
            _ => "美丽商店",
        };
        let operator = rng.of(&w.orgs.working[village.unit]);
        let cells = row![
            scene_key(i),
            format!("{}{kind}", village.name),
            s.kind,
            &w.orgs.list[operator].name,
            rng.poisson(1.0 + 5.0 * q),
            rng.poisson(0.5 + 2.0 * q),
            World::day(rng, Day::new(2022, 6, 1), w.first - 5),
            (rng.between(10, 59) as f64 * q) as i64,
            Fen::yuan(rng.between(5, 399) * 100),
        ];
        store.put(&table, w.at_village(s.village), cells)?;
    }
    Ok(())
}
