//! Guards of which a caller wants to be told what they say.

use super::*;

#[tokio::test]
async fn what_is_to_be_told_of_a_call_makes_no_guard_weaker() {
    let server = guard().await;
    let world = World::with(|file| {
        file["guards"] = written(&server.url());
        let asks = json!([{ "kind": "guard", "guard": "safety" }]);
        file["filters"]["strict"] = json!({ "stream": "detect_only", "filters": asks });
        file["tiers"]["public"]["stream_min"] = "window".into();
    })
    .await;
    let mode = json!({ "mode": "score" });
    let wanted =
        json!({ "model": "omni-moderation-latest", "policy": { "input": mode, "output": mode } });
    for call in [world.bob().asks("open-1"), world.bob().asks("open-1").with("moderation", wanted)]
    {
        world.backend.answers(answer::streamed(&["something bad"]));
        let reply = call.streamed().await;
        assert_eq!(reply.is_ok().finish().as_deref(), Some("content_filter"), "{}", reply.body());
    }
}
