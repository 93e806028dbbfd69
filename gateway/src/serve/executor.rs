//! Where hyper runs the streams of an HTTP/2 connection: in tasks that shutdown waits for.

use crate::tasks::Tasks;
use std::future::Future;

#[derive(Clone, Debug)]
pub(super) struct Streams(pub(super) Tasks);

impl<F> hyper::rt::Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, work: F) {
        self.0.spawn(work);
    }
}
