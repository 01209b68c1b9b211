using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Threads belong to the process and work for one run at a time. Runs alone, since it counts them.</summary>
[CollectionDefinition(nameof(WorkerTeamTests), DisableParallelization = true)]
[Collection(nameof(WorkerTeamTests))]
public sealed class WorkerTeamTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_piece_is_done_once_and_as_many_threads_as_asked_for_work(int threads)
    {
        var team = new WorkerTeam(threads);
        int[] done = new int[97];
        int[] byWorker = new int[threads];
        using var all = new Barrier(threads);
        team.Run(threads, (_, worker) =>
        {
            // Passes only when all threads are here at once, more than the machine may have processors.
            all.SignalAndWait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            byWorker[worker]++;
        });
        Assert.All(byWorker, times => Assert.Equal(1, times));
        team.Run(done.Length, (piece, _) => Interlocked.Increment(ref done[piece]));
        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Fact]
    public void Pieces_that_begin_runs_of_other_teams_all_end()
    {
        int done = 0;
        void Nested(int depth)
        {
            if (depth == 0)
            {
                Interlocked.Increment(ref done);
                return;
            }

            new WorkerTeam(3).Run(3, (_, _) => Nested(depth - 1));
        }

        Parallel.For(0, 4, _ => Nested(3));
        Assert.Equal(4 * 27, done);
    }

    [Fact]
    public void Teams_that_run_at_once_all_get_through()
    {
        long sum = 0;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            var team = new WorkerTeam(4);
            for (int run = 0; run < 500; run++)
                team.Run(6, (piece, _) => Interlocked.Add(ref sum, piece));
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(60))));
        Assert.Equal(8 * 500 * 15, sum);
    }

    [Fact]
    public void What_a_piece_throws_comes_out_and_the_team_goes_on()
    {
        var team = new WorkerTeam(3);
        for (int run = 0; run < 50; run++)
        {
            Assert.Equal("piece 5", Assert.Throws<InvalidDataException>(() => team.Run(40, (piece, _) =>
            {
                if (piece == 5)
                    throw new InvalidDataException("piece 5");
            })).Message);
            int done = 0;
            team.Run(40, (_, _) => Interlocked.Increment(ref done));
            Assert.Equal(40, done);
        }
    }

    [Fact]
    public void A_hundred_models_have_no_more_threads_than_a_few()
    {
        var models = new List<Model>();
        int before = 0;
        for (int i = 0; i < 100; i++)
        {
            // Two rows for each thread: a batch that all of them share.
            Model model = new Model(new Gru(8), new Dense(1)) { Threads = 2 }.Build(new Shape(10, 1), i);
            model.Predict(new float[16 * 10]);
            models.Add(model);
            if (i == 0)
                before = Worker.Count;
        }

        Assert.InRange(before, 1, int.MaxValue);
        Assert.InRange(Worker.Count, 1, before + 4);
        GC.KeepAlive(models);
    }

    [Fact]
    public void Models_that_train_at_once_get_the_weights_that_each_gets_alone()
    {
        float[][] Train(bool together)
        {
            Model[] models = [.. Enumerable.Range(0, 4).Select(i => new Model(new Lstm(9), new Dense(1)) { Threads = 1 + i })];
            void One(Model model) => model.Fit(TestSamples.Curves(60), new TrainingOptions { Epochs = 3, BatchSize = 16, Seed = 2 });
            if (together)
                Parallel.ForEach(models, new ParallelOptions { MaxDegreeOfParallelism = 4 }, One);
            else
                Array.ForEach(models, One);
            return Array.ConvertAll(models, TestSamples.Weights);
        }

        Assert.Equal(Train(together: false), Train(together: true));
    }

    /// <summary>A worker that waits for work keeps nothing of the model alive that it worked for.</summary>
    [Fact]
    public void A_model_that_nobody_needs_is_collected()
    {
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference Use()
        {
            Model model = new Model(new Gru(8), new Dense(1)) { Threads = 3 }.Build(new Shape(10, 1), 1);
            model.Predict(new float[64 * 10]);
            return new WeakReference(model.Network);
        }

        WeakReference used = Use();
        Assert.True(Collected.Soon(used));
    }
}
