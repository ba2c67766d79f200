//! Long operations, off the main thread, that can be stopped.

use crate::convert;
use crate::error::{guarded, refuse};
use core::ops::ControlFlow;
use core::sync::atomic::{AtomicBool, Ordering};
use napi::bindgen_prelude::{AsyncTask, FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, JsError, Status, Task};
use napi_derive::napi;
use std::sync::Arc;
use winpod_cluster::request::Refusal;

/// A step, what is done of it and of how much. One waits at most; while it waits, later ones are left out.
type Step = FnArgs<(String, f64, f64)>;
type OnStep = ThreadsafeFunction<Step, (), Step, Status, false, false, 1>;

/// One long operation.
#[napi]
#[derive(Default)]
pub struct Work {
    stopped: Arc<AtomicBool>,
}

#[napi]
impl Work {
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the operation, even one that has not started.
    #[napi]
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// As `call`, on another thread.
    #[napi]
    pub fn call(
        &self,
        operation: String,
        request: String,
        on_step: Option<Function<'_, Step, ()>>,
    ) -> napi::Result<AsyncTask<Call>> {
        let on_step =
            on_step.map(|function| function.build_threadsafe_function().max_queue_size::<1>().build());
        Ok(AsyncTask::new(Call {
            operation,
            request,
            stopped: self.stopped.clone(),
            on_step: on_step.transpose()?,
        }))
    }
}

pub struct Call {
    operation: String,
    request: String,
    stopped: Arc<AtomicBool>,
    on_step: Option<OnStep>,
}

impl Task for Call {
    type Output = Result<String, Refusal>;
    type JsValue = String;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        #[expect(clippy::cast_precision_loss, reason = "JavaScript counts in doubles")]
        let mut progress = |at: winpod_cluster::progress::Progress| {
            if let Some(on_step) = &self.on_step {
                let step = (at.step.to_owned(), at.done as f64, at.total as f64);
                on_step.call(step.into(), ThreadsafeFunctionCallMode::NonBlocking);
            }
            if self.stopped.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        Ok(guarded(|| convert::call(&self.operation, &self.request, &mut progress)))
    }

    fn resolve(&mut self, env: Env, answer: Self::Output) -> napi::Result<String> {
        answer.map_err(|refusal| JsError::from(refuse(refusal)).into_unknown(env).into())
    }
}
