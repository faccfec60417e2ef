//! Dense linear algebra: one matrix type, and what the estimators need of faer behind names of our own. Everything runs on one thread,
//! so that the bits do not depend on how many there are.

use std::ops::{Index, IndexMut};

use faer::linalg::solvers::{DenseSolveCore, Solve};
use faer::{Mat, Side};

/// A matrix of numbers, stored column by column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;
    fn index(&self, (row, col): (usize, usize)) -> &f64 {
        &self.data[col * self.rows + row]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (row, col): (usize, usize)) -> &mut f64 {
        &mut self.data[col * self.rows + row]
    }
}

impl Matrix {
    /// Zeros.
    #[must_use]
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Self { rows, cols, data: vec![0.0; rows * cols] }
    }

    /// The unit matrix.
    #[must_use]
    pub fn identity(n: usize) -> Self {
        Self::from_fn(n, n, |i, j| f64::from(u8::from(i == j)))
    }

    /// Each element by its row and column.
    #[must_use]
    pub fn from_fn(rows: usize, cols: usize, value: impl Fn(usize, usize) -> f64) -> Self {
        let mut matrix = Self::zeros(rows, cols);
        for col in 0..cols {
            for row in 0..rows {
                matrix.data[col * rows + row] = value(row, col);
            }
        }
        matrix
    }

    /// Columns of one length, side by side. Columns of other lengths than the first are cut or filled with zeros.
    #[must_use]
    pub fn from_columns<C: AsRef<[f64]>>(rows: usize, columns: &[C]) -> Self {
        let mut data = Vec::with_capacity(rows * columns.len());
        for column in columns {
            data.extend(column.as_ref().iter().copied().chain(std::iter::repeat(0.0)).take(rows));
        }
        Self { rows, cols: columns.len(), data }
    }

    /// How many rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns.
    #[must_use]
    pub const fn cols(&self) -> usize {
        self.cols
    }

    /// Column `col`.
    #[must_use]
    pub fn col(&self, col: usize) -> &[f64] {
        &self.data[col * self.rows..(col + 1) * self.rows]
    }

    /// Column `col`, to be changed.
    pub fn col_mut(&mut self, col: usize) -> &mut [f64] {
        &mut self.data[col * self.rows..(col + 1) * self.rows]
    }

    /// The chosen columns in the order given.
    #[must_use]
    pub fn select(&self, cols: &[usize]) -> Self {
        let columns: Vec<&[f64]> = cols.iter().map(|col| self.col(*col)).collect();
        Self::from_columns(self.rows, &columns)
    }

    /// Rows and columns exchanged.
    #[must_use]
    pub fn transpose(&self) -> Self {
        Self::from_fn(self.cols, self.rows, |i, j| self[(j, i)])
    }

    /// The product with another matrix, whose rows are as many as the columns here.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let mut product = Self::zeros(self.rows, other.cols);
        for j in 0..other.cols {
            let out = &mut product.data[j * self.rows..(j + 1) * self.rows];
            for k in 0..self.cols {
                let factor = other[(k, j)];
                if factor != 0.0 {
                    for (o, v) in out.iter_mut().zip(self.col(k)) {
                        *o += v * factor;
                    }
                }
            }
        }
        product
    }

    /// The product with a vector.
    #[must_use]
    pub fn apply(&self, vector: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.rows];
        for (k, factor) in vector.iter().enumerate().take(self.cols) {
            for (o, v) in out.iter_mut().zip(self.col(k)) {
                *o += v * factor;
            }
        }
        out
    }

    /// The transposed matrix times a vector, with compensated sums.
    #[must_use]
    pub fn apply_transposed(&self, vector: &[f64]) -> Vec<f64> {
        (0..self.cols).map(|j| crate::sums::dot(self.col(j), vector)).collect()
    }

    /// X′WX, with compensated sums; no weights are ones.
    #[must_use]
    pub fn gram(&self, weights: Option<&[f64]>) -> Self {
        let mut out = Self::zeros(self.cols, self.cols);
        for j in 0..self.cols {
            let right: Vec<f64> = match weights {
                Some(w) => self.col(j).iter().zip(w).map(|(v, w)| v * w).collect(),
                None => self.col(j).to_vec(),
            };
            for i in 0..=j {
                let value = crate::sums::dot(self.col(i), &right);
                out[(i, j)] = value;
                out[(j, i)] = value;
            }
        }
        out
    }

    /// Every element times a number.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        self.data.iter_mut().for_each(|v| *v *= factor);
        self
    }

    /// The sum with a matrix of the same shape.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.data.iter_mut().zip(&other.data).for_each(|(a, b)| *a += b);
        self
    }

    /// b′Ab for a vector b.
    #[must_use]
    pub fn quadratic(&self, vector: &[f64]) -> f64 {
        crate::sums::dot(vector, &self.apply(vector))
    }

    /// The diagonal.
    #[must_use]
    pub fn diagonal(&self) -> Vec<f64> {
        (0..self.rows.min(self.cols)).map(|i| self[(i, i)]).collect()
    }

    /// The rows as vectors, for results that people read.
    #[must_use]
    pub fn to_rows(&self) -> Vec<Vec<f64>> {
        (0..self.rows).map(|i| (0..self.cols).map(|j| self[(i, j)]).collect()).collect()
    }

    fn to_faer(&self) -> Mat<f64> {
        Mat::from_fn(self.rows, self.cols, |i, j| self[(i, j)])
    }

    fn from_faer(matrix: &Mat<f64>) -> Self {
        Self::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[(i, j)])
    }

    /// The inverse of a symmetric positive definite matrix (Cholesky); none when it is not positive definite.
    #[must_use]
    pub fn inverse_spd(&self) -> Option<Self> {
        let factor = self.to_faer().llt(Side::Lower).ok()?;
        Some(Self::from_faer(&factor.inverse())).filter(Self::all_finite)
    }

    /// Solves AX = B for a symmetric positive definite A; none when it is not.
    #[must_use]
    pub fn solve_spd(&self, right: &Self) -> Option<Self> {
        let factor = self.to_faer().llt(Side::Lower).ok()?;
        Some(Self::from_faer(&factor.solve(right.to_faer()))).filter(Self::all_finite)
    }

    /// Solves AX = B for a square A (LU with partial pivoting); none when it is singular to working precision.
    #[must_use]
    pub fn solve(&self, right: &Self) -> Option<Self> {
        if self.rows != self.cols || self.rows != right.rows {
            return None;
        }
        Some(Self::from_faer(&self.to_faer().partial_piv_lu().solve(right.to_faer()))).filter(Self::all_finite)
    }

    /// The lower factor L of a symmetric positive definite matrix, A = LL′; none when it is not.
    #[must_use]
    pub fn cholesky(&self) -> Option<Self> {
        let factor = self.to_faer().llt(Side::Lower).ok()?;
        Some(Self::from_faer(&factor.L().to_owned())).filter(Self::all_finite)
    }

    /// Eigenvalues ascending and eigenvectors as columns of a symmetric matrix; none when the iteration does not end.
    #[must_use]
    pub fn eigen_symmetric(&self) -> Option<(Vec<f64>, Self)> {
        let found = self.to_faer().self_adjoint_eigen(Side::Lower).ok()?;
        let values = (0..self.rows).map(|i| found.S()[i]).collect();
        Some((values, Self::from_faer(&found.U().to_owned())))
    }

    /// Whether every element is finite.
    #[must_use]
    pub fn all_finite(&self) -> bool {
        self.data.iter().all(|v| v.is_finite())
    }
}

/// A triangular decomposition X[kept] = QR with the columns that depend on earlier ones left out.
#[derive(Debug, Clone)]
pub struct Orthogonal {
    /// Which columns of X are kept, ascending.
    pub kept: Vec<usize>,
    /// Which columns depend on earlier ones to the tolerance.
    pub collinear: Vec<usize>,
    /// Orthonormal columns, one for each kept column.
    pub q: Matrix,
    /// Upper triangular, kept × kept.
    pub r: Matrix,
}

impl Orthogonal {
    /// Decomposes by Gram–Schmidt with a second pass, in the order of the columns: a column is collinear when what is left of it after
    /// the earlier ones is shorter than `tolerance` times its own length.
    #[must_use]
    pub fn of(x: &Matrix, tolerance: f64) -> Self {
        let (mut kept, mut collinear, mut basis, mut above) = (Vec::new(), Vec::new(), Vec::<Vec<f64>>::new(), Vec::<Vec<f64>>::new());
        for col in 0..x.cols() {
            let mut left = x.col(col).to_vec();
            let length = norm(&left);
            let mut shares = vec![0.0; basis.len()];
            for _ in 0..2 {
                for (share, q) in shares.iter_mut().zip(&basis) {
                    let part = crate::sums::dot(q, &left);
                    *share += part;
                    left.iter_mut().zip(q).for_each(|(v, q)| *v -= part * q);
                }
            }
            let rest = norm(&left);
            if rest > tolerance * length && rest > 0.0 {
                left.iter_mut().for_each(|v| *v /= rest);
                shares.push(rest);
                basis.push(left);
                above.push(shares);
                kept.push(col);
            } else {
                collinear.push(col);
            }
        }
        let r = Matrix::from_fn(kept.len(), kept.len(), |i, j| above[j].get(i).copied().unwrap_or(0.0));
        Self { q: Matrix::from_columns(x.rows(), &basis), r, kept, collinear }
    }

    /// The coefficients of the least-squares fit of `y` on the kept columns.
    #[must_use]
    pub fn fit(&self, y: &[f64]) -> Vec<f64> {
        self.back(&self.q.apply_transposed(y))
    }

    /// Solves Rb = c.
    #[must_use]
    pub fn back(&self, c: &[f64]) -> Vec<f64> {
        let n = self.kept.len();
        let mut b = c.to_vec();
        for i in (0..n).rev() {
            for j in i + 1..n {
                b[i] -= self.r[(i, j)] * b[j];
            }
            b[i] /= self.r[(i, i)];
        }
        b
    }

    /// (X′X)⁻¹ of the kept columns: R⁻¹R⁻ᵀ.
    #[must_use]
    pub fn inverse_gram(&self) -> Matrix {
        let n = self.kept.len();
        let columns: Vec<Vec<f64>> = (0..n)
            .map(|j| {
                let mut unit = vec![0.0; n];
                unit[j] = 1.0;
                self.back(&unit)
            })
            .collect();
        let inverse = Matrix::from_columns(n, &columns);
        inverse.times(&inverse.transpose())
    }
}

/// The Euclidean length.
#[must_use]
pub fn norm(vector: &[f64]) -> f64 {
    crate::sums::dot(vector, vector).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: &Matrix, b: &Matrix) {
        assert_eq!((a.rows(), a.cols()), (b.rows(), b.cols()));
        for (x, y) in a.data.iter().zip(&b.data) {
            assert!((x - y).abs() < 1e-10, "{a:?} is not {b:?}");
        }
    }

    #[test]
    fn inverses_solve() {
        let x = Matrix::from_fn(9, 4, |i, j| ((i * 7 + j * 3) % 11) as f64 - (i * j) as f64 / 3.0);
        let gram = x.gram(None);
        let inverse = gram.inverse_spd().unwrap_or_default();
        near(&gram.times(&inverse), &Matrix::identity(4));
        near(&gram.solve(&Matrix::identity(4)).unwrap_or_default(), &inverse);
        near(&Orthogonal::of(&x, 1e-10).inverse_gram(), &inverse);
        let lower = gram.cholesky().unwrap_or_default();
        near(&lower.times(&lower.transpose()), &gram);
        let (values, vectors) = gram.eigen_symmetric().unwrap_or_default();
        let scaled = Matrix::from_fn(4, 4, |i, j| vectors[(i, j)] * values[j]);
        near(&scaled.times(&vectors.transpose()), &gram);
        assert_eq!(Matrix::zeros(2, 2).inverse_spd(), None);
        assert_eq!(Matrix::zeros(2, 2).solve(&Matrix::identity(2)), None);
    }

    #[test]
    fn the_later_of_two_equal_columns_is_left_out() {
        let x = Matrix::from_columns(4, &[[1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 3.0, 4.0], [2.0, 3.0, 4.0, 5.0], [1.0, 0.0, 0.0, 7.0]]);
        let fit = Orthogonal::of(&x, 1e-10);
        assert_eq!((fit.kept.clone(), fit.collinear.clone()), (vec![0, 1, 3], vec![2]));
        let y: Vec<f64> = (0..4).map(|i| 2.0 + 3.0 * x[(i, 1)] - x[(i, 3)]).collect();
        for (got, want) in fit.fit(&y).iter().zip([2.0, 3.0, -1.0]) {
            assert!((got - want).abs() < 1e-10);
        }
    }
}
