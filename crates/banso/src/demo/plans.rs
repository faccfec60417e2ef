//! Research plans of the demonstration: made-up themes, and texts of them that fit a form's fields.

use banso_kernel::count_characters;

/// A made-up research theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Theme {
    pub(crate) title: &'static str,
    field: &'static str,
    need: &'static str,
    method: &'static str,
    goal: &'static str,
    market: &'static str,
}

macro_rules! themes {
    ($($title:literal | $field:literal | $need:literal | $method:literal | $goal:literal | $market:literal;)*) => {
        pub(crate) const THEMES: &[Theme] = &[$(Theme { title: $title, field: $field, need: $need, method: $method, goal: $goal, market: $market }),*];
    };
}

themes! {
    "難削材の刃先温度を見ながら送りを変える切削の研究開発" | "精密加工" | "薄肉部品のびびりと工具の早い摩耗" | "刃先温度の推定と送り速度の同時制御" | "工具寿命2倍、加工時間30%短縮" | "航空機エンジン部品の加工";
    "低温で焼ける銅ペーストによる微細配線の研究開発" | "電子材料" | "樹脂基板では従来の焼成温度に耐えられないこと" | "表面を被覆した銅微粒子と窒素中の短時間焼成" | "150℃・10分で体積抵抗率8µΩ・cm以下" | "折り曲げられる表示装置の配線";
    "リサイクル炭素繊維を長いまま撚る不織布の研究開発" | "複合材料" | "回収した炭素繊維が短く切れて強度が落ちること" | "開繊と撚りを一工程で行う低張力の装置" | "平均繊維長60mm以上、曲げ強度の残存率80%" | "自動車の内装骨格";
    "超音波で溶接部の欠陥を走りながら見つける検査の研究開発" | "測定計測" | "溶接後の抜き取り検査で見逃しと手戻りが多いこと" | "空気中で使える超音波素子と波形の機械学習" | "直径0.5mmの気孔を毎秒20mmで検出" | "建設機械の構造部材";
    "生分解性樹脂の薄肉射出成形の研究開発" | "立体造形" | "生分解性樹脂が流れにくく厚みが要ること" | "金型表面の局所加熱と発泡核剤の組合せ" | "肉厚0.6mm、成形周期15秒" | "園芸用の鉢と食品容器";
    "水素を運ぶ配管の継手をかしめだけで締める研究開発" | "接合" | "溶接に技能者が足りず工期が延びること" | "冷間かしめと二段の金属シール" | "漏れ量1×10⁻⁷Pa・m³/s以下" | "水素ステーションの高圧配管";
    "魚の骨を残さず抜く柔らかい把持機構の研究開発" | "機械制御" | "骨抜きが手作業で人手が集まらないこと" | "触覚と画像を合わせた力の制御" | "骨の残り0.1%以下、毎分12枚" | "水産加工と病院の給食";
    "古い図面から三次元の形を起こす情報処理の研究開発" | "情報処理" | "紙図面しかない部品の再製作に時間がかかること" | "線図の意味付けと幾何拘束の自動復元" | "復元の正答率95%、作業時間を5分の1" | "鉄道車両の保守部品";
    "真空を使わない光学膜の塗布の研究開発" | "表面処理" | "真空蒸着の設備費と電力が高いこと" | "多層を一度に塗り分けるスリットと屈折率の傾斜" | "反射率0.3%以下、電力を70%削減" | "車載カメラのレンズ";
    "培養槽の泡を薬剤なしで消す回転翼の研究開発" | "バイオ" | "消泡剤が製品の純度を下げること" | "泡の膜だけを切る低せん断の翼" | "消泡剤を使わず培養密度1.5倍" | "たんぱく質医薬の培養";
    "鋳物の砂を現場で再生する小型装置の研究開発" | "製造環境" | "廃砂の処分費が増え続けること" | "衝撃と遠心を組み合わせた薄膜除去" | "再生率95%、粉じん量半減" | "中小の鋳造工場";
    "高い音で働く人を疲れさせない消音カバーの研究開発" | "複雑形状" | "プレスの騒音で会話ができず離職が続くこと" | "共鳴孔を曲面に並べた樹脂の型" | "1m地点で12dB低減" | "プレス加工の工場";
    "塩害に強い亜鉛合金めっきの薄膜化の研究開発" | "表面処理" | "厚いめっきで寸法の狂いと曲げ割れが出ること" | "脈動電流と有機添加剤による結晶の微細化" | "膜厚5µmで塩水噴霧1,000時間" | "洋上の構造物の締結部品";
    "畳み込める大型アンテナの骨組みの研究開発" | "デザイン開発" | "運搬のときの容積が大きく据付けに日数がかかること" | "折紙構造と形状記憶の薄板" | "収納時の容積を8分の1、展開10分" | "災害時の通信車";
    "木の粉で作る電磁波吸収材の研究開発" | "複合・新機能材料" | "従来の吸収材が重く廃棄しにくいこと" | "炭化木粉の粒径の分布と多孔構造の制御" | "2〜18GHzで吸収20dB、密度0.3g/cm³" | "車載レーダーの覆い";
    "刃物の切れ味を画像だけで測る装置の研究開発" | "測定計測" | "切れ味の検査が試し切りと官能に頼ること" | "刃先の輪郭の三次元復元と摩耗の推定" | "判定の一致率95%、1本3秒" | "食肉加工と医療用の刃物";
    "薄い布を一枚ずつ確実に送る吸着手の研究開発" | "機械制御" | "布が重なったまま縫われること" | "帯電と微小な気流を切り替える吸着" | "送りの失敗1万回に1回以下" | "衣料と車の内装の縫製";
    "摩擦で混ぜて接ぐ異種金属の配管の研究開発" | "接合・実装" | "銅とアルミの継手が腐食で漏れること" | "回転工具の温度を一定に保つ固相接合" | "引張強さを母材の80%、腐食試験500時間" | "空調機の熱交換器";
}

/// A text for one field of the form: about two thirds of what the field allows, at most some 400 characters.
pub(crate) fn essay(theme: &Theme, label: &str, characters_max: usize) -> String {
    let sentences = [
        format!("【合成データ】{label}について述べる。"),
        format!("本研究開発は{}の分野で、{}という課題を解決する。", theme.field, theme.need),
        format!("方法は{}である。", theme.method),
        format!("到達目標は「{}」とし、年度ごとに試験方法と合格の基準を定めて確かめる。", theme.goal),
        format!("成果は{}に用い、川下企業との試作評価を2年目から行う。", theme.market),
        "従来は熟練者の勘に頼っていた工程を数値で管理し、教育に要する期間も短くする。".to_owned(),
        "知的財産は事業管理機関が窓口となって整理し、公開するものと秘匿するものとを分ける。".to_owned(),
        "体制は、企業が装置と量産の条件、研究機関が評価と理論を受け持ち、月1回の会議で進み具合を確かめる。".to_owned(),
    ];
    let mut text = String::new();
    let limit = (characters_max * 2 / 3).min(400);
    for sentence in sentences {
        if count_characters(&text) + count_characters(&sentence) <= limit {
            text.push_str(&sentence);
        }
    }
    if text.is_empty() { format!("合成: {}", theme.field).chars().take(characters_max).collect() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_its_field_and_says_that_it_is_made_up() {
        for theme in THEMES {
            for max in [10, 60, 200, 800, 4000] {
                let text = essay(theme, "課題", max);
                assert!(count_characters(&text) <= max && !text.is_empty(), "{max}: {text}");
                assert!(text.contains("合成"));
            }
        }
    }
}
