//! The file of one licence. Each term says whether it was read in the text itself, and where.

use super::leaf::{Line, Name, Whole};
use super::licences::{
    AppliesTo, Category, Inherit, MauAt, MauScope, MauWindow, Sha256, Territory,
};
use super::provenance::{LinkAt, Visible};
use super::read::List;
use super::section::section;
use crate::words::{Modality, Subject};

section! {
    /// The terms of one licence.
    Terms {
        /// Its id, as models name it.
        id: required(Visible),
        /// What else it is called, for example on Hugging Face.
        aliases: default(List<Visible>, Vec::new()),
        /// Licences that are told apart by version only.
        family: required(Name),
        /// Which of them it is.
        version: optional(Line),
        /// What it is called.
        title: required(Line),
        /// Where it can be read.
        url: optional(LinkAt),
        /// The hash of the text the terms were read in. Absent: it was not seen.
        text_sha256: optional(Sha256),
        /// Where that text was seen.
        seen: optional(Line),
        /// Who accepts it.
        accept: optional(Acceptance),
        /// What callers are to be told.
        passdown: optional(Passdown),
        /// Names that are to be shown or kept.
        attribution: optional(Attribution),
        /// Sizes above which the licensor is to be asked.
        limits: optional(Limits),
        /// What it may be used for.
        purpose: optional(Purpose),
        /// Where it may not be used.
        region: optional(Region),
        /// What answers may be used for.
        outputs: optional(Outputs),
        /// What answers are to be filtered by.
        filters: optional(Filters),
        /// What holds for models made from these weights.
        derive: optional(Derive),
        /// When it ends.
        terminate: optional(Terminate),
    }
}

section! {
    /// Who accepts it.
    Acceptance {
        /// Whether callers must have accepted it.
        required: required(bool),
        /// Who accepts.
        subject: default(Subject, Subject::Principal),
        /// Whether they accept again when the text changes.
        reaccept_on_change: default(bool, true),
        /// Whether this was read in the text.
        verified: required(bool),
        /// Where.
        source: optional(Line),
    }
}

section! {
    /// What callers are to be told.
    Passdown {
        /// Uses that are excluded, each as `namespace:category`.
        use_restrictions: default(List<Category>, Vec::new()),
        /// Where callers can read the text or the restrictions.
        copy_url: optional(LinkAt),
        /// Whether this was read in the text.
        verified: required(bool),
        /// Where.
        source: optional(Line),
    }
}

section! {
    /// Names that are to be shown or kept.
    Attribution {
        /// What is shown with the product.
        display: optional(Visible),
        /// What is kept with copies.
        notice: optional(Visible),
        /// What the name of a derived model begins with.
        name_prefix: optional(Visible),
        /// Whether this was read in the text.
        verified: required(bool),
        /// Where.
        source: optional(Line),
    }
}

section! {
    /// Sizes above which the licensor is to be asked.
    Limits {
        /// Users in a month.
        mau: optional(Mau),
        /// Revenue in a year, in US dollars.
        revenue_cap: optional(Whole<1, 1_000_000_000_000_000>),
        /// Whether this was read in the text.
        verified: required(bool),
        /// Where.
        source: optional(Line),
    }
}

section! {
    /// Users in a month.
    Mau {
        /// How many.
        cap: required(Whole<1, 100_000_000_000>),
        /// Over how long they are counted.
        window: required(MauWindow),
        /// Which month counts.
        at: required(MauAt),
        /// Whose users count.
        scope: required(MauScope),
    }
}

section! {
    /// What it may be used for.
    Purpose {
        /// Commerce is excluded.
        non_commercial: default(bool, false),
        /// Production is excluded.
        non_production: default(bool, false),
        /// Whether this was read in the text.
        verified: required(bool),
        /// Where.
        source: optional(Line),
    }
}

section! {
    /// Where it may not be used.
    Region {
        /// Countries, and `EU` for all of the European Union.
        deny: required(List<Territory>),
        /// Whose place counts.
        applies_to: required(AppliesTo),
        /// For models of these modalities only; none named is every model.
        modalities: default(List<Modality>, Vec::new()),
        /// Whether this was read in the text.
        verified: required(bool),
        /// Where.
        source: optional(Line),
    }
}

section! {
    /// What answers may be used for.
    Outputs {
        /// They may not be used to improve other language models.
        no_train_other_llm: required(bool),
        /// Whether this was read in the text.
        verified: required(bool),
        /// Where.
        source: optional(Line),
    }
}

section! {
    /// What answers are to be filtered by.
    Filters {
        /// Where the list is.
        hash_list_url: required(LinkAt),
        /// The oldest it may be.
        max_age_days: required(Whole<1, 3_650>),
        /// Whether this was read in the text.
        verified: required(bool),
        /// Where.
        source: optional(Line),
    }
}

section! {
    /// What holds for models made from these weights.
    Derive {
        /// Whether they inherit the terms.
        inherit: required(Inherit),
        /// Whether this was read in the text.
        verified: required(bool),
        /// Where.
        source: optional(Line),
    }
}

section! {
    /// When it ends.
    Terminate {
        /// What ends it, and what is then to be done.
        on: required(Line),
        /// Whether this was read in the text.
        verified: required(bool),
        /// Where.
        source: optional(Line),
    }
}
