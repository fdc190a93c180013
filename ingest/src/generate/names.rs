//! Names of nobody: every personal name carries 拟 (made up) in its middle.

use std::fmt;

use super::rng::Rng;

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛";
const MALE: &str = "伟强磊军勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆建国志文光荣富贵德林生福祥永康山";
const FEMALE: &str = "芳娜敏静丽娟艳秀霞燕玲桂英梅红兰凤洁琳萍素珍玉莲翠香菊清蓉慧琼芬淑琴惠珠雪倩婷环";

/// A made-up name: surname, 拟 and one more character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Name {
    surname: u8,
    given: u8,
    female: bool,
}

impl Name {
    /// A random name.
    pub fn draw(rng: &mut Rng, female: bool) -> Self {
        let given = if female { FEMALE } else { MALE };
        Self { surname: index(rng, SURNAMES), given: index(rng, given), female }
    }

    /// As many different names as wanted, for staff who must be told apart.
    pub fn distinct(rng: &mut Rng, count: usize) -> Vec<Self> {
        let mut out: Vec<Self> = Vec::with_capacity(count);
        while out.len() < count {
            let female = rng.chance(0.5);
            let name = Self::draw(rng, female);
            if !out.iter().any(|n| n.to_string() == name.to_string()) {
                out.push(name);
            }
        }
        out
    }
}

fn index(rng: &mut Rng, chars: &str) -> u8 {
    u8::try_from(rng.below(chars.chars().count())).unwrap_or(0)
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = if self.female { FEMALE } else { MALE };
        let of = |chars: &'static str, i: u8| chars.get(usize::from(i) * 3..usize::from(i) * 3 + 3).unwrap_or("某");
        write!(f, "{}拟{}", of(SURNAMES, self.surname), of(given, self.given))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_marked_as_made_up() {
        let mut rng = Rng::new(5, "names");
        for i in 0..300 {
            let name = Name::draw(&mut rng, i % 2 == 0).to_string();
            assert_eq!(name.chars().count(), 3, "{name}");
            assert_eq!(name.chars().nth(1), Some('拟'));
        }
        assert_eq!(Name::distinct(&mut rng, 6).len(), 6);
    }
}
