//! Properties of the decision over all that is looked at: nobody gets round one of them, and more of
//! anything never gets less.

mod scene;

use super::*;
use crate::words::{Cohort, OpState, Purpose, Purposes, Scopes, Subject, TextHash, Verification};
use proptest::prelude::*;
use scene::{NOW, Scene, sanction, scene, stage, standing, wanted};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_later_stage_never_admits_fewer(scene in scene(), later in stage()) {
        let mut scene = scene;
        scene.release.cohort = Cohort::default();
        let before = scene.admits();
        scene.release.stage = scene.release.stage.max(later);
        prop_assert!(!before || scene.admits());
    }

    #[test]
    fn more_of_anything_never_gets_less(scene in scene(), more in scene(), which in 0..7_u8) {
        let (mut less, mut other) = (scene.clone(), more);
        match which {
            0 => less.holder.grants = Box::default(),
            1 => less.holder.acceptances = Box::default(),
            2 => less.holder.verified = Box::default(),
            3 => {
                let (one, other) = (scene.holder.standing(NOW), other.holder.standing(NOW));
                less.holder.sanctions = sanction(one.max(other));
            }
            4 => less.release.cohort.percent = scene.release.cohort.percent.min(
                other.release.cohort.percent,
            ),
            5 => less.sees = scene.sees.max(other.sees),
            _ => less.end_user = scene.end_user.max(other.end_user.take()),
        }
        prop_assert!(!less.admits() || scene.admits(), "{which}");
    }

    #[test]
    fn a_name_makes_no_difference(scene in scene()) {
        let answer = scene.ask("model").err();
        prop_assert_eq!(&scene.ask("alias").err(), &answer);
        prop_assert_eq!(&scene.ask("first-of").err(), &answer);
        let hidden = matches!(answer, Some(Denial::UnknownModel));
        for name in ["Model", "MODEL", "model ", "ｍodel", "./model", "mod\u{200b}el", "model:x"] {
            let made_up = scene.ask(name).err();
            let before = matches!(
                answer,
                Some(Denial::Suspended | Denial::EndUserBlocked | Denial::Address)
            );
            let wanted = if before { answer.clone() } else { Some(Denial::UnknownModel) };
            prop_assert_eq!(&made_up, &wanted, "{}", name);
            prop_assert!(!hidden || made_up == answer);
        }
    }

    #[test]
    fn a_shared_name_means_no_model_that_says_no_itself(scene in scene()) {
        for (name, order) in [("either", ["model", "other"]), ("or-else", ["other", "model"])] {
            let own = order.map(|model| (model, scene.ask(model)));
            match scene.ask(name) {
                Ok(given) => {
                    let first = own.iter().find(|(_, answer)| answer.is_ok());
                    prop_assert_eq!(first.map(|(model, _)| *model), Some(given.model.id.as_str()));
                }
                Err(denial) => {
                    prop_assert!(own.iter().all(|(_, answer)| answer.is_err()), "{}", name);
                    // What is said is said of the first that the caller may know of.
                    let mut known = own.iter().filter_map(|(_, answer)| answer.as_ref().err());
                    let of = known.find(|it| **it != Denial::UnknownModel);
                    prop_assert_eq!(&denial, of.unwrap_or(&Denial::UnknownModel));
                }
            }
        }
    }

    #[test]
    fn a_fallback_is_a_model_like_any_other(scene in scene(), standing in standing()) {
        let mut scene = scene;
        scene.holder.sanctions = sanction(standing);
        let Ok(given) = scene.ask("model") else { return Ok(()) };
        let fallback = given.model.fallback.clone().unwrap();
        let answer = scene.ask(fallback.as_str());
        prop_assert_eq!(answer.is_ok(), scene.ask("other").is_ok());
        // It is the same caller, who is seen to behave as before, and the other's own stage.
        if let Ok(other) = answer {
            prop_assert_eq!((other.stage, other.standing), (scene.other, given.standing));
            prop_assert!(scene.sees <= scene.other, "no way round the stage");
        }
    }

    #[test]
    fn a_hidden_model_is_none_whatever_else_is_true(scene in scene(), state in 1..5_usize) {
        let mut scene = scene;
        if scene.ask("model").err() == Some(Denial::UnknownModel) {
            // Nothing that is known of the model is told by another word.
            scene.release.op_state = OpState::ALL[state];
            scene.terms.accept.insert(wanted(Subject::Principal, TextHash([9; 32])));
            scene.denied = scene.country;
            scene.verification = [Verification::Vetted; 8];
            prop_assert_eq!(scene.ask("model").err(), Some(Denial::UnknownModel));
        }
    }

    #[test]
    fn each_axis_alone_can_say_no(scene in scene()) {
        if !scene.admits() {
            return Ok(());
        }
        let denied = |change: &dyn Fn(&mut Scene)| {
            let mut scene = scene.clone();
            change(&mut scene);
            !scene.admits()
        };
        prop_assert!(denied(&|it| it.holder.sanctions = sanction(Standing::Suspended)));
        prop_assert!(denied(&|it| it.end_user = Some(Standing::Banned)));
        prop_assert!(denied(&|it| it.release.stage = ReleaseStage::Draft));
        for state in [OpState::Draining, OpState::Suspended, OpState::Retired] {
            prop_assert!(denied(&|it| it.release.op_state = state));
        }
        let known = scene.holder.verification(NOW);
        if known < Verification::Vetted {
            prop_assert!(denied(&|it| it.verification = [Verification::Vetted; 8]));
        }
        let licence = denied(&|it| {
            it.terms.accept.insert(wanted(Subject::Principal, TextHash([9; 32])));
        });
        let purpose = denied(&|it| {
            it.terms.non_commercial = true;
            it.holder.purposes = Purposes::default().with(Purpose::Commercial);
        });
        prop_assert!(licence && purpose);
        if let Some(country) = scene.country {
            prop_assert!(denied(&|it| it.denied = Some(country)));
        }
        let scope = denied(&|it| {
            it.holder.scopes = Scopes::new([ModelId::new("other")], [], []).ok();
        });
        prop_assert!(scope);
    }
}
