//! Figures as data, and drawn as SVG. What is drawn is in the data: nobody needs the picture to read the numbers.

use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Refusal;

/// A figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// A stable word for files, for example `discontinuity-1`.
    pub name: String,
    /// What it shows, in Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
    /// Whether what is drawn is of firms that are made up: the picture says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synthetic: bool,
    /// What runs along, Japanese and English.
    pub along: [String; 2],
    /// What runs up, Japanese and English.
    pub up: [String; 2],
    /// A line across at this place of what runs along: a cut-off, a start.
    pub mark: Option<f64>,
    /// What is drawn, in this order.
    pub layers: Vec<Layer>,
}

/// One thing drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Layer {
    /// Points.
    Points {
        /// Where.
        at: Vec<[f64; 2]>,
    },
    /// Points with an interval each: along, lower, middle, upper.
    Intervals {
        /// Where.
        at: Vec<[f64; 4]>,
    },
    /// Bars: from, to, height.
    Bars {
        /// Where.
        at: Vec<[f64; 3]>,
    },
    /// A line through points.
    Line {
        /// Where.
        at: Vec<[f64; 2]>,
    },
    /// Named rows with a value before and after, as in a love plot.
    Rows {
        /// Name, before, after.
        rows: Vec<(String, f64, f64)>,
        /// The names in English, where there are any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        english: Vec<String>,
    },
}

const SIZE: (u32, u32) = (720, 440);
const DARK: RGBColor = RGBColor(26, 26, 26);
const BLUE: RGBColor = RGBColor(0, 23, 193);
const ORANGE: RGBColor = RGBColor(196, 83, 0);
const FONT: &str = "BIZ UDGothic";

impl Figure {
    /// The picture. `english` chooses the labels.
    ///
    /// # Errors
    /// Nothing to draw, or numbers that cannot be placed.
    pub fn svg(&self, english: bool) -> Result<String, Refusal> {
        let Some((x, y)) = self.extent() else {
            return Err(Refusal::new("nothing-to-draw", "図にする値がありません。", "there is nothing to draw"));
        };
        let mut picture = String::new();
        let drawn = self.draw(&mut picture, x, y, english);
        drawn
            .map_err(|error| Refusal::new("figure", format!("図を描けません: {error}"), format!("the figure cannot be drawn: {error}")))?;
        Ok(picture)
    }

    /// The names of rows in a language; none where there are no rows.
    fn names(&self, english: bool) -> Option<Vec<&str>> {
        self.layers.iter().find_map(|layer| match layer {
            Layer::Rows { rows, english: names } => {
                Some(rows.iter().enumerate().map(|(at, row)| names.get(at).filter(|_| english).unwrap_or(&row.0).as_str()).collect())
            }
            Layer::Points { .. } | Layer::Intervals { .. } | Layer::Line { .. } | Layer::Bars { .. } => None,
        })
    }

    /// How many periods an event study runs over, where its times are whole: between two of them there is nothing.
    fn periods(&self) -> Option<usize> {
        let at = self.layers.iter().find_map(|layer| match layer {
            Layer::Intervals { at } => Some(at),
            Layer::Points { .. } | Layer::Line { .. } | Layer::Bars { .. } | Layer::Rows { .. } => None,
        })?;
        let whole = at.iter().all(|[x, ..]| (x - x.round()).abs() < 1e-9);
        let (low, high) = at.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), [x, ..]| (l.min(*x), h.max(*x)));
        (whole && high - low < 20.0).then(|| (high - low) as usize + 1)
    }

    /// The ranges of both axes, with a little air.
    fn extent(&self) -> Option<([f64; 2], [f64; 2])> {
        let mut points: Vec<[f64; 2]> = Vec::new();
        for layer in &self.layers {
            match layer {
                Layer::Points { at } | Layer::Line { at } => points.extend(at),
                Layer::Intervals { at } => points.extend(at.iter().flat_map(|[x, low, _, high]| [[*x, *low], [*x, *high]])),
                Layer::Bars { at } => points.extend(at.iter().flat_map(|[from, to, high]| [[*from, 0.0], [*to, *high]])),
                Layer::Rows { rows, .. } => {
                    points.extend(rows.iter().enumerate().flat_map(|(i, (_, a, b))| [[*a, i as f64], [*b, i as f64], [0.0, i as f64]]));
                }
            }
        }
        points.extend(self.mark.and_then(|x| points.first().map(|p| [x, p[1]])));
        if points.is_empty() || points.iter().flatten().any(|v| !v.is_finite()) {
            return None;
        }
        let range = |axis: usize| {
            let (low, high) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p[axis]), h.max(p[axis])));
            let air = if high > low { (high - low) * 0.05 } else { low.abs().max(1.0) * 0.1 };
            [low - air, high + air]
        };
        Some((range(0), range(1)))
    }

    fn draw(&self, picture: &mut String, x: [f64; 2], y: [f64; 2], english: bool) -> Result<(), Box<dyn std::error::Error>> {
        let pick = |texts: &[String; 2]| texts[usize::from(english)].clone();
        let area = SVGBackend::with_string(picture, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let names = self.names(english).unwrap_or_default();
        let left = if names.is_empty() { 92 } else { 230 };
        let mut builder = ChartBuilder::on(&area);
        if self.synthetic {
            let label = super::words::synthetic();
            builder.caption(if english { label.en } else { label.ja }, (FONT, 19).into_font().color(&ORANGE));
        }
        let mut chart = builder
            .margin(14)
            .set_label_area_size(LabelAreaPosition::Bottom, 58)
            .set_label_area_size(LabelAreaPosition::Left, left)
            .build_cartesian_2d(x[0]..x[1], y[0]..y[1])?;
        let name = |v: &f64| {
            names
                .get(v.round().max(0.0) as usize)
                .filter(|_| (v - v.round()).abs() < 0.01)
                .map_or_else(String::new, |name| (*name).to_owned())
        };
        let number = |v: &f64| short(*v);
        let whole = self.periods().is_some();
        let along = |v: &f64| if whole && (v - v.round()).abs() > 1e-9 { String::new() } else { short(*v) };
        let mut mesh = chart.configure_mesh();
        mesh.x_desc(pick(&self.along)).y_desc(pick(&self.up)).label_style((FONT, 19)).axis_desc_style((FONT, 19));
        mesh.light_line_style(WHITE).bold_line_style(RGBColor(225, 225, 225)).x_label_formatter(&along);
        if names.is_empty() {
            mesh.y_label_formatter(&number);
        } else {
            mesh.y_labels(names.len().max(2)).y_label_formatter(&name);
        }
        if let Some(periods) = self.periods() {
            mesh.x_labels(periods);
        }
        mesh.draw()?;
        if let Some(at) = self.mark {
            chart.draw_series(DashedLineSeries::new([(at, y[0]), (at, y[1])], 5, 4, DARK.stroke_width(1)))?;
        }
        for layer in &self.layers {
            match layer {
                Layer::Points { at } => {
                    chart.draw_series(at.iter().map(|[x, y]| Circle::new((*x, *y), 4, BLUE.filled())))?;
                }
                Layer::Bars { at } => {
                    let bar = |[from, to, high]: &[f64; 3]| Rectangle::new([(*from, 0.0), (*to, *high)], BLUE.mix(0.25).filled());
                    chart.draw_series(at.iter().map(bar))?;
                    let edge = |[from, to, high]: &[f64; 3]| Rectangle::new([(*from, 0.0), (*to, *high)], BLUE.stroke_width(1));
                    chart.draw_series(at.iter().map(edge))?;
                }
                Layer::Line { at } => {
                    chart.draw_series(LineSeries::new(at.iter().map(|[x, y]| (*x, *y)), ORANGE.stroke_width(2)))?;
                }
                Layer::Intervals { at } => {
                    chart.draw_series(
                        at.iter().map(|[x, low, mid, high]| ErrorBar::new_vertical(*x, *low, *mid, *high, BLUE.filled(), 8)),
                    )?;
                }
                Layer::Rows { rows, .. } => {
                    let before = rows.iter().enumerate().map(|(i, r)| Circle::new((r.1, i as f64), 5, ORANGE.stroke_width(2)));
                    chart.draw_series(before)?;
                    let after = rows.iter().enumerate().map(|(i, r)| Circle::new((r.2, i as f64), 5, BLUE.filled()));
                    chart.draw_series(after)?;
                }
            }
        }
        area.present()?;
        drop(chart);
        Ok(())
    }
}

/// A number for an axis: at most four significant digits, thousands grouped.
fn short(value: f64) -> String {
    let size = value.abs();
    if size >= 1000.0 {
        let whole = value.round();
        let digits = format!("{:.0}", whole.abs());
        let mut grouped = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        return if whole < 0.0 { format!("−{grouped}") } else { grouped };
    }
    let places = if size >= 100.0 {
        0
    } else if size >= 1.0 {
        1
    } else if size >= 0.01 || size == 0.0 {
        2
    } else {
        4
    };
    let text = format!("{value:.places$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    if text == "-0" { "0".to_owned() } else { text.replace('-', "−") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_read_as_people_write() {
        for (value, want) in [(0.0, "0"), (-0.001, "−0.001"), (12345.6, "12,346"), (-1000.0, "−1,000"), (0.25, "0.25"), (99.96, "100")]
        {
            assert_eq!(short(value), want);
        }
    }

    #[test]
    fn every_layer_is_drawn_and_the_same_each_time() {
        let figure = Figure {
            name: "t".into(),
            ja: "図".into(),
            en: "figure".into(),
            synthetic: false,
            along: ["点".into(), "score".into()],
            up: ["円".into(), "yen".into()],
            mark: Some(0.0),
            layers: vec![
                Layer::Points { at: vec![[-1.0, 2.0], [1.0, 3.0]] },
                Layer::Line { at: vec![[-1.0, 2.0], [0.0, 2.5]] },
                Layer::Intervals { at: vec![[0.5, 1.0, 2.0, 3.0]] },
            ],
        };
        let first = figure.svg(false);
        assert_eq!(first, figure.svg(false));
        let text = first.unwrap_or_default();
        assert!(text.contains("<svg") && text.contains("<circle") && text.contains("<polyline") && text.contains('円'));
        assert!(!text.contains("合成データ"));
        let made_up = Figure { synthetic: true, ..figure.clone() };
        assert!(
            made_up.svg(false).is_ok_and(|s| s.contains("合成データ")) && made_up.svg(true).is_ok_and(|s| s.contains("Synthetic data"))
        );
        let empty = Figure { layers: Vec::new(), ..figure.clone() };
        assert!(empty.svg(true).is_err_and(|r| r.code == "nothing-to-draw"));
        let love = Figure {
            layers: vec![Layer::Rows {
                rows: vec![("年齢".into(), 0.4, 0.01), ("所得".into(), -0.3, 0.0)],
                english: vec!["age".into(), "income".into()],
            }],
            mark: None,
            ..figure
        };
        assert!(love.svg(false).is_ok_and(|s| s.contains("年齢") && s.contains("所得")));
        assert!(love.svg(true).is_ok_and(|s| s.contains("income") && !s.contains("所得")));
    }
}
