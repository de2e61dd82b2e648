//! Exact numbers: one fraction type for counts, decimals, ratios, durations and bytes. Knows nothing
//! of units or of JSON documents.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// An exact rational `n / d`, not necessarily in lowest terms; equality, order and hash go by value.
///
/// Both sides have at most 38 digits. An operation whose exact result, in lowest terms, does not fit
/// gives `None`: the caller says inconclusive, nothing is ever wrapped or rounded.
#[derive(Clone, Copy)]
pub struct Number {
    // INVARIANT: |n| <= MAX and 1 <= d <= MAX.
    n: i128,
    d: i128,
}

/// The largest side of a fraction: 38 nines.
const MAX: i128 = 10i128.pow(38) - 1;

/// Why a text is no [`Number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// The text is not a number: the byte offset of the first byte that does not belong.
    Malformed(usize),
    /// More than 38 significant digits, or more than 37 places after the point.
    TooLarge,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NumberError::Malformed(_) => f.write_str("not a number"),
            NumberError::TooLarge => f.write_str("more than 38 digits"),
        }
    }
}

impl std::error::Error for NumberError {}

// The operators of the language can fail, those of Rust cannot: hence plain methods.
#[allow(clippy::should_implement_trait)]
impl Number {
    /// Nothing.
    pub const ZERO: Number = Number { n: 0, d: 1 };
    /// One.
    pub const ONE: Number = Number { n: 1, d: 1 };

    /// A whole number of our own making; held at the limit beyond 38 digits, so where the input is
    /// not ours use [`Number::whole`].
    pub const fn int(n: i128) -> Number {
        let n = if n > MAX {
            MAX
        } else if n < -MAX {
            -MAX
        } else {
            n
        };
        Number { n, d: 1 }
    }

    /// A whole number, or `None` beyond 38 digits.
    pub const fn whole(n: i128) -> Option<Number> {
        if n > MAX || n < -MAX {
            None
        } else {
            Some(Number { n, d: 1 })
        }
    }

    /// `mantissa / 10^scale`.
    pub fn decimal(mantissa: i128, scale: u8) -> Option<Number> {
        if scale <= 37 {
            return (mantissa.unsigned_abs() <= MAX as u128).then_some(Number {
                n: mantissa,
                d: POW10[scale as usize],
            });
        }
        let (mut m, mut s) = (mantissa, scale);
        while s > 37 && m % 10 == 0 && m != 0 {
            m /= 10;
            s -= 1;
        }
        if m == 0 {
            return Some(Number::ZERO);
        }
        if s > 37 { None } else { Number::decimal(m, s) }
    }

    /// `n / d`; `None` when `d` is nought or a side does not fit.
    pub fn fraction(n: i128, d: i128) -> Option<Number> {
        Number::lowest(
            n < 0 && d > 0 || n > 0 && d < 0,
            n.unsigned_abs(),
            d.unsigned_abs(),
        )
    }

    /// The sum.
    pub fn add(self, other: Number) -> Option<Number> {
        if self.d == other.d {
            // Twice MAX is beyond the integer, hence checked.
            if let Some(n) = self.n.checked_add(other.n)
                && n.unsigned_abs() <= MAX as u128
            {
                return Some(Number { n, d: self.d });
            }
        } else if let (Some(a), Some(b), Some(d)) = (
            self.n.checked_mul(other.d),
            other.n.checked_mul(self.d),
            self.d.checked_mul(other.d),
        ) && let Some(n) = a.checked_add(b)
        {
            // One denominator is often a multiple of the other: stay small.
            if n.unsigned_abs() <= 1 << 62 && d <= 1 << 62 {
                return Some(Number { n, d });
            }
            return Number::lowest(n < 0, n.unsigned_abs(), d.unsigned_abs());
        }
        add_wide(self.reduced(), other.reduced())
    }

    /// The difference.
    pub fn sub(self, other: Number) -> Option<Number> {
        self.add(other.neg())
    }

    /// The product.
    pub fn mul(self, other: Number) -> Option<Number> {
        if let (Some(n), Some(d)) = (self.n.checked_mul(other.n), self.d.checked_mul(other.d)) {
            if n.unsigned_abs() <= 1 << 62 && d <= 1 << 62 {
                return Some(Number { n, d });
            }
            return Number::lowest(n < 0, n.unsigned_abs(), d.unsigned_abs());
        }
        let (a, b) = (self.reduced(), other.reduced());
        let (g, h) = (
            gcd(a.n.unsigned_abs(), b.d as u128) as i128,
            gcd(b.n.unsigned_abs(), a.d as u128) as i128,
        );
        let n = (a.n / g).checked_mul(b.n / h)?;
        let d = (a.d / h).checked_mul(b.d / g)?;
        (n.unsigned_abs() <= MAX as u128 && d <= MAX).then_some(Number { n, d })
    }

    /// The quotient as a fraction; `None` also for a division by nought.
    pub fn div(self, other: Number) -> Option<Number> {
        if other.n == 0 {
            return None;
        }
        let flipped = if other.n < 0 {
            Number {
                n: -other.d,
                d: -other.n,
            }
        } else {
            Number {
                n: other.d,
                d: other.n,
            }
        };
        self.mul(flipped)
    }

    /// The number with the other sign.
    pub const fn neg(self) -> Number {
        Number {
            n: -self.n,
            d: self.d,
        }
    }

    /// The number without its sign.
    pub const fn abs(self) -> Number {
        Number {
            n: if self.n < 0 { -self.n } else { self.n },
            d: self.d,
        }
    }

    /// Whether it is below nought.
    pub const fn is_negative(self) -> bool {
        self.n < 0
    }

    /// Whether it is nought.
    pub const fn is_zero(self) -> bool {
        self.n == 0
    }

    /// Whether it is whole.
    pub const fn is_int(self) -> bool {
        self.d == 1 || self.n % self.d == 0
    }

    /// The whole number it is, if it is one.
    pub const fn to_i128(self) -> Option<i128> {
        if self.d == 1 {
            Some(self.n)
        } else if self.n % self.d == 0 {
            Some(self.n / self.d)
        } else {
            None
        }
    }

    /// The greatest whole number that is not above it.
    pub const fn floor(self) -> i128 {
        self.n.div_euclid(self.d)
    }

    /// The least whole number that is not below it.
    pub const fn ceil(self) -> i128 {
        -(-self.n).div_euclid(self.d)
    }

    /// Numerator and denominator in lowest terms, the denominator above nought.
    pub fn parts(self) -> (i128, i128) {
        let r = self.reduced();
        (r.n, r.d)
    }

    /// The same value in lowest terms.
    fn reduced(self) -> Number {
        if self.d == 1 {
            return self;
        }
        let g = gcd(self.n.unsigned_abs(), self.d as u128) as i128;
        if g <= 1 {
            self
        } else {
            Number {
                n: self.n / g,
                d: self.d / g,
            }
        }
    }

    /// `±n / d` in lowest terms where that fits.
    fn lowest(negative: bool, n: u128, d: u128) -> Option<Number> {
        if d == 0 {
            return None;
        }
        let g = gcd(n, d).max(1);
        let (n, d) = (n / g, d / g);
        if n > MAX as u128 || d > MAX as u128 {
            return None;
        }
        Some(Number {
            n: if negative { -(n as i128) } else { n as i128 },
            d: d as i128,
        })
    }

    /// The exact text: `12`, `-0.0193`, or `1/3` where the decimal does not end (or ends beyond 37
    /// places). [`Number::parse`] reads it back.
    pub fn text(self) -> String {
        self.to_string()
    }

    /// The decimal with at most `places` digits after the point, moved `up` or down where that cuts
    /// something off. `1/3` in three places is `0.333`, up `0.334`; what ends within is written exactly.
    pub fn rounded(self, places: u8, up: bool) -> String {
        let places = places.min(37);
        let r = self.reduced();
        if let Some(scale) = ends(r.d)
            && scale <= places
        {
            return r.text();
        }
        let negative = r.n < 0;
        let (n, d) = (r.n.unsigned_abs(), r.d as u128);
        let mut whole = n / d;
        let mut rest = n % d;
        let mut digits = Vec::with_capacity(places as usize);
        for _ in 0..places {
            let (q, next) = div_wide(mul_wide(rest, 10), d);
            digits.push(q as u8);
            rest = next;
        }
        if rest != 0 && up != negative {
            let mut carry = true;
            for digit in digits.iter_mut().rev() {
                if *digit < 9 {
                    *digit += 1;
                    carry = false;
                    break;
                }
                *digit = 0;
            }
            whole += carry as u128;
        }
        let zero = whole == 0 && digits.iter().all(|&digit| digit == 0);
        let mut out = String::new();
        if negative && !zero {
            out.push('-');
        }
        out.push_str(&whole.to_string());
        if places > 0 {
            out.push('.');
            out.extend(digits.iter().map(|&digit| char::from(b'0' + digit)));
        }
        out
    }

    /// Reads what [`Number::text`] writes: a JSON number, or two whole ones with `/` between.
    pub fn parse(text: &str) -> Result<Number, NumberError> {
        let Some((n, d)) = text.split_once('/') else {
            return parse_decimal(text.as_bytes());
        };
        let whole = |text: &str, at: usize| {
            let number = parse_decimal(text.as_bytes()).map_err(|error| match error {
                NumberError::Malformed(offset) => NumberError::Malformed(at + offset),
                NumberError::TooLarge => NumberError::TooLarge,
            })?;
            number.to_i128().ok_or(NumberError::Malformed(at))
        };
        let below = whole(d, n.len() + 1)?;
        if below <= 0 {
            return Err(NumberError::Malformed(n.len() + 1));
        }
        Number::fraction(whole(n, 0)?, below).ok_or(NumberError::TooLarge)
    }
}

/// Reads one JSON number, all of `bytes`, exactly: an exponent shifts the point and nothing passes
/// through a binary float.
pub fn parse_decimal(bytes: &[u8]) -> Result<Number, NumberError> {
    let negative = bytes.first() == Some(&b'-');
    let start = negative as usize;
    // The short form: at most 18 digits and one point.
    if bytes.len() - start <= 19 {
        let mut value: u64 = 0;
        let mut point = None;
        let mut at = start;
        while at < bytes.len() {
            let digit = bytes[at].wrapping_sub(b'0');
            if digit <= 9 {
                value = value * 10 + digit as u64;
            } else if bytes[at] == b'.' && point.is_none() {
                point = Some(at);
            } else {
                return parse_long(bytes, negative);
            }
            at += 1;
        }
        let whole_end = point.unwrap_or(bytes.len());
        let leading_zero = whole_end - start > 1 && bytes[start] == b'0';
        if whole_end == start
            || leading_zero
            || point == Some(bytes.len() - 1)
            || bytes.len() - start == 19 && point.is_none()
        {
            return parse_long(bytes, negative);
        }
        let n = if negative {
            -(value as i128)
        } else {
            value as i128
        };
        let scale = point.map_or(0, |point| bytes.len() - 1 - point);
        return Ok(Number { n, d: POW10[scale] });
    }
    parse_long(bytes, negative)
}

/// The whole JSON number grammar, for what the short form did not take.
fn parse_long(bytes: &[u8], negative: bool) -> Result<Number, NumberError> {
    let mut at = negative as usize;
    let digit = |at: usize| {
        bytes
            .get(at)
            .filter(|byte| byte.is_ascii_digit())
            .map(|byte| byte - b'0')
    };
    let mut mantissa = Mantissa::default();
    match digit(at) {
        None => return Err(NumberError::Malformed(at)),
        Some(0) => at += 1,
        Some(_) => {
            while let Some(value) = digit(at) {
                mantissa.push(value);
                at += 1;
            }
        }
    }
    let mut exponent: i64 = 0;
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        if digit(at).is_none() {
            return Err(NumberError::Malformed(at));
        }
        while let Some(value) = digit(at) {
            mantissa.push(value);
            exponent -= 1;
            at += 1;
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        let minus = bytes.get(at) == Some(&b'-');
        if matches!(bytes.get(at), Some(b'-' | b'+')) {
            at += 1;
        }
        if digit(at).is_none() {
            return Err(NumberError::Malformed(at));
        }
        let mut shift: i64 = 0;
        while let Some(value) = digit(at) {
            shift = (shift * 10 + value as i64).min(1 << 40);
            at += 1;
        }
        exponent += if minus { -shift } else { shift };
    }
    if at != bytes.len() {
        return Err(NumberError::Malformed(at));
    }
    if mantissa.value == 0 && !mantissa.full {
        return Ok(Number::ZERO);
    }
    if mantissa.full {
        return Err(NumberError::TooLarge);
    }
    exponent += mantissa.zeros;
    let value = mantissa.value as i128;
    let value = if negative { -value } else { value };
    if exponent >= 0 {
        let shift = usize::try_from(exponent)
            .ok()
            .and_then(|exponent| POW10.get(exponent));
        let n = shift
            .and_then(|&power| value.checked_mul(power))
            .and_then(Number::whole);
        n.ok_or(NumberError::TooLarge)
    } else {
        let scale = u8::try_from(-exponent).map_err(|_| NumberError::TooLarge)?;
        Number::decimal(value, scale).ok_or(NumberError::TooLarge)
    }
}

/// The significant digits of a number so far, trailing zeros only counted.
#[derive(Default)]
struct Mantissa {
    value: u128,
    zeros: i64,
    full: bool,
}

impl Mantissa {
    fn push(&mut self, digit: u8) {
        if digit == 0 {
            if self.value != 0 || self.full {
                self.zeros += 1;
            }
            return;
        }
        let shift = usize::try_from(self.zeros + 1)
            .ok()
            .and_then(|shift| POW10.get(shift));
        let next = shift
            .and_then(|&power| self.value.checked_mul(power as u128))
            .and_then(|value| value.checked_add(digit as u128))
            .filter(|&value| value <= MAX as u128);
        match next {
            Some(value) if !self.full => self.value = value,
            _ => self.full = true,
        }
        self.zeros = 0;
    }
}

/// How many places the decimal of `1/d` (in lowest terms) has, if it ends within 37.
fn ends(d: i128) -> Option<u8> {
    if let Some(scale) = POW10[..38].iter().position(|&power| power == d) {
        return Some(scale as u8);
    }
    POW10[..38]
        .iter()
        .position(|&power| power >= d && power % d == 0)
        .map(|scale| scale as u8)
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let r = self.reduced();
        if r.d == 1 {
            return write!(f, "{}", r.n);
        }
        let scaled = ends(r.d).and_then(|scale| {
            let power = POW10[scale as usize];
            let value = r.n.checked_mul(power / r.d)?;
            (value.unsigned_abs() <= MAX as u128).then_some((value, power, scale as usize))
        });
        match scaled {
            Some((value, power, scale)) => {
                let sign = if value < 0 { "-" } else { "" };
                let (value, power) = (value.unsigned_abs(), power as u128);
                write!(f, "{sign}{}.{:0scale$}", value / power, value % power)
            }
            None => write!(f, "{}/{}", r.n, r.d),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Default for Number {
    fn default() -> Number {
        Number::ZERO
    }
}

impl From<i64> for Number {
    fn from(n: i64) -> Number {
        Number { n: n as i128, d: 1 }
    }
}

impl From<u32> for Number {
    fn from(n: u32) -> Number {
        Number { n: n as i128, d: 1 }
    }
}

impl From<u64> for Number {
    fn from(n: u64) -> Number {
        Number { n: n as i128, d: 1 }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    #[inline]
    fn cmp(&self, other: &Number) -> Ordering {
        if self.d == other.d {
            return self.n.cmp(&other.n);
        }
        if let (Ok(a), Ok(b), Ok(c), Ok(d)) = (
            i64::try_from(self.n),
            i64::try_from(other.d),
            i64::try_from(other.n),
            i64::try_from(self.d),
        ) {
            return (a as i128 * b as i128).cmp(&(c as i128 * d as i128));
        }
        let (left, right) = (self.n.signum(), other.n.signum());
        if left != right {
            return left.cmp(&right);
        }
        let a = mul_wide(self.n.unsigned_abs(), other.d as u128);
        let b = mul_wide(other.n.unsigned_abs(), self.d as u128);
        if left < 0 { b.cmp(&a) } else { a.cmp(&b) }
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let r = self.reduced();
        r.n.hash(state);
        r.d.hash(state);
    }
}

impl serde::Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Number::parse(&text).map_err(serde::de::Error::custom)
    }
}

const POW10: [i128; 39] = {
    let mut table = [1i128; 39];
    let mut at = 1;
    while at < 39 {
        table[at] = table[at - 1] * 10;
        at += 1;
    }
    table
};

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        if let (Ok(x), Ok(y)) = (u64::try_from(a), u64::try_from(b)) {
            let (mut x, mut y) = (x, y);
            while y != 0 {
                (x, y) = (y, x % y);
            }
            return x as u128;
        }
        (a, b) = (b, a % b);
    }
    a
}

/// An unsigned 256-bit number, high half first, so that the derived order is the order of values.
type Wide = (u128, u128);

fn mul_wide(a: u128, b: u128) -> Wide {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let low = a0 * b0;
    let middle = a1 * b0 + (low >> 64);
    let other = a0 * b1 + (middle & LOW);
    (
        a1 * b1 + (middle >> 64) + (other >> 64),
        other << 64 | low & LOW,
    )
}

/// Quotient (its low half; callers know that it fits or test `high`) and rest.
fn div_wide((high, low): Wide, by: u128) -> (u128, u128) {
    if high == 0 {
        return (low / by, low % by);
    }
    let (mut quotient, mut rest) = (0u128, high % by);
    for bit in (0..128).rev() {
        let carry = rest >> 127 == 1;
        rest = rest << 1 | low >> bit & 1;
        if carry || rest >= by {
            rest = rest.wrapping_sub(by);
            quotient |= 1 << bit;
        }
    }
    (quotient, rest)
}

/// The sum of two fractions in lowest terms whose cross products need more than 128 bits.
fn add_wide(a: Number, b: Number) -> Option<Number> {
    let g = gcd(a.d as u128, b.d as u128);
    let left = mul_wide(a.n.unsigned_abs(), b.d as u128 / g);
    let right = mul_wide(b.n.unsigned_abs(), a.d as u128 / g);
    let (negative, sum) = if (a.n < 0) == (b.n < 0) {
        let (low, carry) = left.1.overflowing_add(right.1);
        (a.n < 0, (left.0 + right.0 + carry as u128, low))
    } else {
        let (big, small, negative) = if left >= right {
            (left, right, a.n < 0)
        } else {
            (right, left, b.n < 0)
        };
        let (low, borrow) = big.1.overflowing_sub(small.1);
        (negative, (big.0 - small.0 - borrow as u128, low))
    };
    let h = gcd(g, div_wide(sum, g).1).max(1);
    if sum.0 >= h {
        return None;
    }
    let n = div_wide(sum, h).0;
    let d = (a.d as u128 / g).checked_mul(b.d as u128 / h)?;
    Number::lowest(negative, n, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    #[test]
    fn reads_json_numbers_exactly() {
        let check = |text: &str, exact: &str| assert_eq!(number(text).text(), exact, "{text}");
        check("0", "0");
        check("-0", "0");
        check("-0.0", "0");
        check("12", "12");
        check("0.0193", "0.0193");
        check("-1.50", "-1.5");
        check("1e3", "1000");
        check("1.5E+2", "150");
        check("15e-1", "1.5");
        check("0e999999999999", "0");
        check("123456789012345678", "123456789012345678");
        check("1234567890123456789", "1234567890123456789");
        check("0.12345678901234567", "0.12345678901234567");
        check(
            "99999999999999999999999999999999999999",
            "99999999999999999999999999999999999999",
        );
        check("1.00000000000000000000000000000000000000000000", "1");
        check(
            "0.0000000000000000000000000000000000001",
            "0.0000000000000000000000000000000000001",
        );
        check("1e37", "10000000000000000000000000000000000000");
        check("2/6", "1/3");
        check("-1/4", "-0.25");
    }

    #[test]
    fn refuses_what_is_not_a_json_number_or_too_long() {
        use NumberError::*;
        let check =
            |text: &str, error| assert_eq!(Number::parse(text).unwrap_err(), error, "{text}");
        check("", Malformed(0));
        check("-", Malformed(1));
        check("+1", Malformed(0));
        check("01", Malformed(1));
        check("00.5", Malformed(1));
        check(".5", Malformed(0));
        check("5.", Malformed(2));
        check("-.5", Malformed(1));
        check("1.2.3", Malformed(3));
        check("1e", Malformed(2));
        check("1e+", Malformed(3));
        check("1 ", Malformed(1));
        check("NaN", Malformed(0));
        check("0x10", Malformed(1));
        check("1_000", Malformed(1));
        check("1/0", Malformed(2));
        check("1/-3", Malformed(2));
        check("1/", Malformed(2));
        check("100000000000000000000000000000000000000", TooLarge);
        check("1e38", TooLarge);
        check("1e99999999999999999999", TooLarge);
        check("1e-38", TooLarge);
        check("1.00000000000000000000000000000000000001", TooLarge);
        check("123456789012345678901234567890123456789", TooLarge);
    }

    #[test]
    fn compares_without_rounding() {
        let check = |a: &str, b: &str, order| {
            assert_eq!(number(a).cmp(&number(b)), order, "{a} {b}");
            assert_eq!(number(b).cmp(&number(a)), order.reverse(), "{b} {a}");
        };
        check("0.1", "1/10", Ordering::Equal);
        check("0.3", "1/3", Ordering::Less);
        check("-0.3", "-1/3", Ordering::Greater);
        check("-1", "1/3", Ordering::Less);
        let big = "99999999999999999999999999999999999998/99999999999999999999999999999999999999";
        check(big, "1", Ordering::Less);
        check(
            "99999999999999999999999999999999999997/99999999999999999999999999999999999998",
            big,
            Ordering::Less,
        );
        check("0.02", "0.0200", Ordering::Equal);
    }

    #[test]
    fn computes_exactly_or_not_at_all() {
        let check = |result: Option<Number>, exact: &str| {
            assert_eq!(result.map_or("none".to_owned(), Number::text), exact);
        };
        let max = number("99999999999999999999999999999999999999");
        check(number("0.1").add(number("0.2")), "0.3");
        check(number("1/3").add(number("1/6")), "0.5");
        check(number("1").div(number("3")), "1/3");
        check(number("1").div(number("-3")), "-1/3");
        check(number("1").div(Number::ZERO), "none");
        check(max.add(Number::ONE), "none");
        check(max.mul(number("2")), "none");
        check(max.sub(max), "0");
        check(max.div(max), "1");
        check(
            max.mul(number("1/99999999999999999999999999999999999999")),
            "1",
        );
        let tiny = Number::ONE.div(max).unwrap();
        check(tiny.add(tiny.neg()), "0");
        check(tiny.mul(tiny), "none");
        check(max.add(tiny), "none");
        // Cross products far beyond 128 bits, the result back inside.
        let a =
            number("99999999999999999999999999999999999997/99999999999999999999999999999999999998");
        check(
            a.add(Number::fraction(1, 99999999999999999999999999999999999998).unwrap()),
            "1",
        );
        check(
            a.add(number("1/2")),
            "74999999999999999999999999999999999998/49999999999999999999999999999999999999",
        );
    }

    #[test]
    fn wide_sums_agree_with_narrow_ones() {
        let mut seed = 7u64;
        let mut next = |below: i128| {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (seed >> 33) as i128 % below
        };
        for _ in 0..20_000 {
            let a = Number::fraction(next(2000) - 1000, next(999) + 1).unwrap();
            let b = Number::fraction(next(2000) - 1000, next(999) + 1).unwrap();
            assert_eq!(a.add(b), add_wide(a.reduced(), b.reduced()), "{a} {b}");
            assert_eq!(a.add(b).unwrap().sub(b).unwrap(), a);
            assert_eq!(
                a.mul(b).and_then(|p| p.div(b)),
                (!b.is_zero()).then_some(a),
                "{a} {b}"
            );
            let big = Number::whole(10i128.pow(34) + next(1 << 30)).unwrap();
            assert_eq!(a.add(big).unwrap().sub(big).unwrap(), a);
        }
    }

    #[test]
    fn wide_division_inverts_wide_multiplication() {
        for (a, b, r) in [
            (MAX as u128, MAX as u128, 5),
            (u128::MAX, u128::MAX, 0),
            (1 << 127, 3, 2),
            (10, 7, 6),
        ] {
            let (high, low) = mul_wide(a, b);
            let (low, carry) = low.overflowing_add(r);
            assert_eq!(div_wide((high + carry as u128, low), b), (a, r));
        }
    }

    #[test]
    fn rounds_to_the_side_asked_for() {
        let check = |text: &str, places, up, rounded: &str| {
            assert_eq!(number(text).rounded(places, up), rounded, "{text}");
        };
        check("1/3", 3, false, "0.333");
        check("1/3", 3, true, "0.334");
        check("-1/3", 3, true, "-0.333");
        check("-1/3", 3, false, "-0.334");
        check("0.25", 3, true, "0.25");
        check("600.0001", 2, true, "600.01");
        check("2.9999", 2, true, "3.00");
        check("-0.0001", 2, true, "0.00");
        check("99.96", 0, true, "100");
        check("12", 2, true, "12");
    }

    #[test]
    fn floor_and_ceiling() {
        let check = |text: &str, floor, ceil| {
            assert_eq!((number(text).floor(), number(text).ceil()), (floor, ceil))
        };
        check("1.5", 1, 2);
        check("-1.5", -2, -1);
        check("3", 3, 3);
    }

    #[test]
    fn equal_values_hash_alike() {
        use std::collections::BTreeSet;
        let hash = |number: Number| {
            let mut state = std::hash::DefaultHasher::new();
            number.hash(&mut state);
            state.finish()
        };
        let seen: BTreeSet<u64> = ["0.5", "1/2", "0.50", "5e-1"]
            .into_iter()
            .map(|text| hash(number(text)))
            .collect();
        assert_eq!(seen.len(), 1);
    }

    #[test]
    fn decimals_beyond_the_places_are_none() {
        assert_eq!(Number::decimal(1, 38), None);
        assert_eq!(Number::decimal(10, 38), Number::decimal(1, 37));
        assert_eq!(Number::decimal(0, 255), Some(Number::ZERO));
    }

    /// Random texts over the letters of numbers: what is read is a JSON number, and its text reads back.
    #[test]
    fn agrees_with_serde_json_on_what_is_a_number() {
        let mut seed = 3u64;
        let mut next = |below: usize| {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (seed >> 33) as usize % below
        };
        for _ in 0..100_000 {
            let long = if next(4) == 0 { 45 } else { 8 };
            let text: String = (0..next(long))
                .map(|_| b"00123456789.-eE+"[next(16)] as char)
                .collect();
            let json = serde_json::from_str::<serde_json::Value>(&text);
            match parse_decimal(text.as_bytes()) {
                Ok(number) => {
                    assert!(json.is_ok(), "{text}");
                    assert_eq!(Number::parse(&number.text()), Ok(number), "{text}");
                }
                Err(NumberError::Malformed(at)) => {
                    assert!(json.is_err() && at <= text.len(), "{text}")
                }
                // serde_json knows other limits.
                Err(NumberError::TooLarge) => {}
            }
        }
    }
}
