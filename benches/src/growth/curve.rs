//! The cost of an operation of growing size, and of each step between two sizes.

use std::{hint::black_box, time::Duration};

use jaeger_tracer::JaegerTracerProvider;

use crate::{
    cpu::nanos_of_this_thread,
    engine::LONG,
    grid::Grid,
    statistics::{median, quartiles},
};

/// How long a point is measured in each round: long enough that reading the clock is nothing, short enough that what disturbs the
/// machine disturbs all points alike.
const SAMPLE: Duration = Duration::from_millis(3);

pub(crate) struct Curve {
    title: &'static str,
    points: Vec<Point>,
    settle: Box<dyn FnMut()>,
}

struct Point {
    /// What grows.
    x: usize,
    /// Does it so often, and says how many nanoseconds of CPU that took.
    run: Box<dyn FnMut(u32) -> f64>,
    /// Of one operation; NaN where it is not known.
    allocations: f64,
    /// Operations in one round.
    operations: u32,
    /// Nanoseconds per operation, one value for each round.
    nanos: Vec<f64>,
}

// === impl Curve ===

impl Curve {
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, points: Vec::new(), settle: Box::new(|| {}) }
    }

    /// Waits for what the tracer's thread has to do before the next point is measured.
    pub(crate) fn settling(mut self, provider: &JaegerTracerProvider) -> Self {
        let provider = provider.clone();
        self.settle = Box::new(move || {
            let _ = provider.flush(LONG);
        });
        self
    }

    /// Adds an operation of this size, on the thread that measures.
    pub(crate) fn point<R>(self, x: usize, mut operation: impl FnMut() -> R + 'static) -> Self {
        // What is there from the second time on is not of each operation.
        (0..100).for_each(|_| _ = black_box(operation()));
        let allocated = allocation_counter::measure(|| _ = black_box(operation()));
        let run = move |operations| {
            let started = nanos_of_this_thread();
            for _ in 0..operations {
                black_box(operation());
            }
            nanos_of_this_thread() - started
        };
        self.measured_point(x, allocated.count_total as f64, run)
    }

    /// Adds an operation that measures itself.
    pub(crate) fn measured_point(
        mut self,
        x: usize,
        allocations: f64,
        run: impl FnMut(u32) -> f64 + 'static,
    ) -> Self {
        let mut point = Point { x, run: Box::new(run), allocations, operations: 1, nanos: Vec::new() };
        point.calibrate();
        self.points.push(point);
        self
    }

    /// All points take turns, in so many rounds.
    pub(crate) fn measure(mut self, rounds: usize) -> Grid {
        for _ in 0..rounds {
            for point in &mut self.points {
                let nanos = (point.run)(point.operations);
                point.nanos.push(nanos / f64::from(point.operations));
                (self.settle)();
            }
        }
        self.grid()
    }

    fn grid(&self) -> Grid {
        let slopes: Vec<_> = self.points.windows(2).map(slope).collect();
        let usual = median(&slopes);
        let columns = ["ns", "q1", "q3", "allocs", "ns/step", "of median"];
        let before = std::iter::once(f64::NAN).chain(slopes.iter().copied());
        let grid = self.points.iter().zip(before).fold(Grid::new(self.title, columns), |grid, row| {
            let (Point { x, nanos, allocations, .. }, slope) = row;
            let [low, high] = quartiles(nanos);
            grid.row(x.to_string(), [median(nanos), low, high, *allocations, slope, slope / usual])
        });
        let steepest = slopes.iter().copied().fold(f64::NAN, f64::max) / usual;
        grid.note(format!("The steepest step costs {steepest:.2} of the median one; target: at most 2."))
    }
}

/// What one more costs between two points: the median of the rounds, in which both were measured shortly one after the other.
fn slope(points: &[Point]) -> f64 {
    let [from, to] = points else { return f64::NAN };
    let steps = (to.x - from.x) as f64;
    let rounds = from.nanos.iter().zip(&to.nanos).map(|(from, to)| (to - from) / steps);
    median(&rounds.collect::<Vec<_>>())
}

// === impl Point ===

impl Point {
    fn calibrate(&mut self) {
        let sample = SAMPLE.as_nanos() as f64;
        while self.operations < 1 << 20 && (self.run)(self.operations) < sample {
            self.operations *= 2;
        }
    }
}
