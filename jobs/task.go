package jobs

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// taskArgs are those of the job that runs one Task.
type taskArgs struct {
	Task string `json:"task"`
}

func (taskArgs) Kind() string { return "task" }

// taskOpts let a Task stand in the queue once, running or waiting, and leave it to the
// next time when it fails.
func taskOpts() *river.InsertOpts {
	return &river.InsertOpts{
		Queue: taskQueue, MaxAttempts: 1,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
			rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}},
	}
}

func periodic(tasks []Task) []*river.PeriodicJob {
	var all []*river.PeriodicJob
	for _, t := range tasks {
		all = append(all, river.NewPeriodicJob(river.PeriodicInterval(t.Every),
			func() (river.JobArgs, *river.InsertOpts) { return taskArgs{Task: t.Name}, taskOpts() },
			&river.PeriodicJobOpts{ID: t.Name, RunOnStart: true}))
	}
	return all
}

type taskWorker struct {
	river.WorkerDefaults[taskArgs]
	tasks map[string]Task
}

func newTaskWorker(tasks []Task) *taskWorker {
	w := &taskWorker{tasks: map[string]Task{}}
	for _, t := range tasks {
		w.tasks[t.Name] = t
	}
	return w
}

// Work runs a task. One that this process does not know was left by another program;
// it is let go.
func (w *taskWorker) Work(ctx context.Context, job *river.Job[taskArgs]) error {
	t, ok := w.tasks[job.Args.Task]
	if !ok {
		return nil
	}
	if err := t.Run(ctx); err != nil {
		return fmt.Errorf("task %s: %w", t.Name, err)
	}
	return nil
}
