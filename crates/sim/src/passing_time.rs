//! What happens by itself as time passes: transient states end, keys rotate, waiting periods run out.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::imported;
use crate::key::{Key, KeyState, Seconds};
use crate::material::{Material, digest};
use crate::multi_region;
use crate::state::State;

const DAY: f64 = 86_400.0;

/// What comes next to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    StatePasses,
    Rotates,
    MaterialExpires,
    IsDeleted,
    /// A custom key store connects or disconnects.
    StoreSettles,
}

impl State {
    /// Lets time pass up to `now`: everything that is due happens, in the order of its dates, because one thing may
    /// bring about the next: the last replica goes, and the waiting period of the primary begins.
    pub(crate) fn settle(&mut self, now: Seconds) {
        while now >= self.quiet_until {
            let mut due = vec![];
            let mut quiet_until = f64::INFINITY;
            for key in self.keys.values() {
                let Some((date, event)) = next(self, key) else { continue };
                if date <= now {
                    due.push((date, key.region.clone(), key.id.clone(), event));
                } else {
                    quiet_until = quiet_until.min(date);
                }
            }
            for store in self.stores.values() {
                match store.passing {
                    Some(date) if date <= now => due.push((date, String::new(), store.id.clone(), Event::StoreSettles)),
                    Some(date) => quiet_until = quiet_until.min(date),
                    None => {}
                }
            }
            if due.is_empty() {
                self.quiet_until = quiet_until;
                return;
            }
            due.sort_by(|one, other| one.0.total_cmp(&other.0));
            for (date, region, id, event) in due {
                self.happen(date, &region, &id, event);
            }
            self.quiet_until = 0.0;
        }
    }

    fn happen(&mut self, date: Seconds, region: &str, id: &str, event: Event) {
        match event {
            Event::IsDeleted => {
                self.remove_key(region, id);
                multi_region::remove(self, region, id, date);
            }
            Event::StatePasses => {
                let Some(key) = self.key_mut(region, id) else { return };
                if let Some((_, then)) = key.passing.take() {
                    key.state = then;
                }
                multi_region::finish_move(self, id, date);
            }
            Event::StoreSettles => self.pass_connection(id),
            Event::MaterialExpires => {
                let Some(key) = self.key_mut(region, id) else { return };
                imported::expire(key, date);
                multi_region::synchronize(self, id);
            }
            Event::Rotates => {
                let seed = self.seed;
                let Some(key) = self.key_mut(region, id) else { return };
                rotate(key, seed, date);
                multi_region::synchronize(self, id);
            }
        }
    }
}

/// The next thing that happens to a key by itself.
fn next(state: &State, key: &Key) -> Option<(Seconds, Event)> {
    // A disabled key does not rotate; it catches up when it is enabled again. Replicas follow their primary.
    let rotates = key.rotation.is_some() && key.state == KeyState::Enabled && !multi_region::is_replica(state, key);
    let rotation = key.rotation.as_ref().filter(|_| rotates);
    let expiry = key.materials.iter().chain(&key.pending).filter_map(Material::expires).reduce(f64::min);
    [
        key.passing.map(|(date, _)| (date, Event::StatePasses)),
        key.deletion.map(|date| (date, Event::IsDeleted)),
        rotation.map(|rotation| (rotation.next, Event::Rotates)),
        expiry.map(|date| (date, Event::MaterialExpires)),
    ]
    .into_iter()
    .flatten()
    .min_by(|one, other| one.0.total_cmp(&other.0))
}

/// New material. It depends on the key and the number of rotations alone, so that it is the same after a restart.
fn rotate(key: &mut Key, seed: u64, date: Seconds) {
    let mut from = digest(&format!("{seed} {} {}", key.id, key.materials.len()));
    from.reverse();
    key.materials.push(Material::by_rotation(&key.spec, &mut ChaCha20Rng::from_seed(from), date, false));
    if let Some(rotation) = &mut key.rotation {
        #[expect(clippy::cast_precision_loss, reason = "at most 2560")]
        let period = rotation.period_days as f64 * DAY;
        rotation.next = date + period;
    }
}
