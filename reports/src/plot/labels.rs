//! Places for labels next to points, so that no label touches another label
//! or another point.

use super::canvas::text_width;

/// Pixels around a point that belong to its marker.
const MARKER: i32 = 8;

/// An upright rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

impl Area {
    /// What a line from one point to another, across or down, takes up.
    pub(super) fn of_line(a: (i32, i32), b: (i32, i32)) -> Area {
        Area {
            left: a.0.min(b.0) - 1,
            top: a.1.min(b.1) - 1,
            right: a.0.max(b.0) + 1,
            bottom: a.1.max(b.1) + 1,
        }
    }

    /// What a disc takes up.
    pub(super) fn of_disc((x, y): (i32, i32), r: i32) -> Area {
        Area {
            left: x - r,
            top: y - r,
            right: x + r,
            bottom: y + r,
        }
    }

    fn overlaps(&self, other: &Area) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn inside(&self, outer: &Area) -> bool {
        outer.left <= self.left
            && self.right <= outer.right
            && outer.top <= self.top
            && self.bottom <= outer.bottom
    }

    /// The point of the rectangle that is closest to another.
    pub(super) fn nearest(&self, (x, y): (i32, i32)) -> (i32, i32) {
        (
            x.clamp(self.left, self.right),
            y.clamp(self.top, self.bottom),
        )
    }
}

/// For every point an area that fits its label and none of the obstacles,
/// tried nearest first. `None` if there is no room left in the frame; the
/// table has that name then.
pub(super) fn place(
    points: &[((i32, i32), String)],
    size: f64,
    frame: Area,
    obstacles: &[Area],
) -> Vec<Option<Area>> {
    let marker = |(at, _): &((i32, i32), String)| Area::of_disc(*at, MARKER);
    let mut taken: Vec<Area> = points.iter().map(marker).collect();
    taken.extend_from_slice(obstacles);
    let mut placed = Vec::new();
    for (at, label) in points {
        let (w, h) = (text_width(label, size), size as i32 + 4);
        let free = |a: &Area| a.inside(&frame) && !taken.iter().any(|t| t.overlaps(a));
        let found = candidates(*at, w, h).find(free);
        taken.extend(found);
        placed.push(found);
    }
    placed
}

/// Positions around a point in growing distance: right, left, above, below,
/// and the directions between.
fn candidates((x, y): (i32, i32), w: i32, h: i32) -> impl Iterator<Item = Area> {
    let directions = [
        (1, 0),
        (-1, 0),
        (0, -1),
        (0, 1),
        (1, -1),
        (1, 1),
        (-1, -1),
        (-1, 1),
        (2, -1),
        (2, 1),
        (-2, -1),
        (-2, 1),
        (1, -2),
        (1, 2),
        (-1, -2),
        (-1, 2),
    ];
    (0..40).flat_map(move |step| {
        let gap = MARKER + 1 + 8 * step;
        directions.into_iter().map(move |(dx, dy): (i32, i32)| {
            let reach = |d: i32| (gap * d.abs()).div_euclid(dx.abs().max(dy.abs())) * d.signum();
            let left = match dx.signum() {
                1 => x + reach(dx),
                -1 => x + reach(dx) - w,
                _ => x - w / 2,
            };
            let top = match dy.signum() {
                1 => y + reach(dy),
                -1 => y + reach(dy) - h,
                _ => y - h / 2,
            };
            Area {
                left,
                top,
                right: left + w,
                bottom: top + h,
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_crowded_labels_do_not_touch() {
        let frame = Area {
            left: 60,
            top: 20,
            right: 700,
            bottom: 420,
        };
        let obstacle = Area {
            left: 300,
            top: 200,
            right: 302,
            bottom: 420,
        };
        let at = |i: i32| (300 + (i * 37) % 60, 200 + (i * 53) % 40);
        let points: Vec<_> = (0..20)
            .map(|i| (at(i), format!("scheme-number-{i}")))
            .collect();
        let areas: Vec<Area> = place(&points, 13.0, frame, &[obstacle])
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(areas.len(), points.len());
        for (i, a) in areas.iter().enumerate() {
            assert!(a.inside(&frame) && !a.overlaps(&obstacle));
            assert!(!areas[..i].iter().any(|b| a.overlaps(b)), "label {i}");
        }
    }
}
