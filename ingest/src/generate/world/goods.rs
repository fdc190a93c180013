//! Goods of the charity supermarkets, in and out.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::sites::scene_key;
use super::{Done, World};

const ITEMS: [(&str, i64); 3] = [("棉被", 120), ("大米10kg", 55), ("食用油5L", 68)];

struct Move {
    scene: usize,
    item: (&'static str, i64),
    /// `I` in, `O` out.
    direction: &'static str,
    quantity: i64,
    day: Day,
    person: Option<usize>,
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("goods");
    let mut people = vec![Vec::new(); 8];
    for (i, p) in w.people.iter().enumerate() {
        people[p.unit()].push(i);
    }
    let shops: Vec<usize> = (0..w.scenes.len()).filter(|i| w.scenes[*i].kind == "2").collect();
    let mut moves = Vec::new();
    for shop in &shops {
        for item in ITEMS.into_iter().take(if w.size >= 1000 { 3 } else { 1 }) {
            let neighbours = &people[w.places.villages[w.scenes[*shop].village].unit];
            trade(w, &mut rng, (*shop, item), neighbours, &mut moves);
        }
    }
    if let Some(shop) = shops.first() {
        // G07: more goes out than came in.
        let day = w.last - 5;
        moves.push(Move { scene: *shop, item: ITEMS[0], direction: "O", quantity: 400, day, person: None });
        w.plant("RSK-G07", 1);
    }
    write(w, store, &moves)
}

fn trade(
    w: &World<'_>,
    rng: &mut Rng,
    (scene, item): (usize, (&'static str, i64)),
    people: &[usize],
    out: &mut Vec<Move>,
) {
    let mut stock = 0;
    for month in 1..12 {
        let day = w.first + 28 * month;
        if month % 3 == 1 {
            let quantity = rng.between(20, 59);
            stock += quantity;
            out.push(Move { scene, item, direction: "I", quantity, day, person: None });
        }
        let quantity = rng.between(2, 13).min(stock);
        if quantity > 0 {
            stock -= quantity;
            let person = Some(rng.of(people));
            out.push(Move { scene, item, direction: "O", quantity, day: day + 7, person });
        }
    }
}

fn write(w: &World<'_>, store: &mut Store<'_>, moves: &[Move]) -> Done {
    let columns =
        ["stock_id", "scene_id", "item_name", "direction", "qty", "unit_value", "biz_date", "pid_token", "expire_date"];
    let table = store.open("inkind_stock", &columns)?;
    for (i, m) in moves.iter().enumerate() {
        let cells = row![
            Key::at("WZ", i, 6),
            scene_key(m.scene),
            m.item.0,
            m.direction,
            Fen::yuan(m.quantity),
            Fen::yuan(m.item.1),
            m.day,
            m.person.map(|p| w.people[p].id),
            m.day + 400,
        ];
        store.put(&table, w.at_village(w.scenes[m.scene].village), cells)?;
    }
    Ok(())
}
