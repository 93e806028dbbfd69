//! Where things are.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The root of the checkout.
pub fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lie in the checkout")
}

/// The folder this test was built into: `target/debug` or the like.
pub fn target() -> PathBuf {
    let test = std::env::current_exe().expect("a running test");
    let deps = test.parent().expect("a test lies in a folder");
    deps.parent().expect("the folder of tests lies in the target folder").to_owned()
}

/// The binary, built once if this run of the tests did not.
pub fn sluice() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = target();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "-p", "sluice-gateway", "--bin", "sluice"]);
        build.arg("--target-dir").arg(target.parent().expect("target/debug has a parent"));
        if target.ends_with("release") {
            build.arg("--release");
        }
        let status = build.current_dir(checkout()).status().expect("cargo");
        assert!(status.success(), "the binary does not build");
        target.join("sluice")
    })
}

/// A port that is free now.
pub fn free_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound address")
}
