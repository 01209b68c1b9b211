using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Quartz;

namespace Unroll.Cluster;

/// <summary>
/// Quartz, the only part that knows of it. A study is a job, a piece one of its triggers, in a group of triggers of the study's own, by
/// which a study is paused. Pieces begin in the order of their fixed times in the past; the execution group keeps them from other versions
/// and instruction sets. See decision 0013.
/// </summary>
internal sealed class QuartzEngine : IAsyncDisposable
{
    /// <summary>How often a piece is begun that fails.</summary>
    public const int Tries = 3;

    /// <summary>The keys of a trigger's data.</summary>
    public const string StudyKey = "study", PieceKey = "piece";

    /// <summary>The name that all members of the cluster share.</summary>
    private const string Name = "unroll";

    /// <summary>The group in which Quartz puts triggers of pieces that began on a worker that died or ended.</summary>
    private const string Recovering = "RECOVERING_JOBS";

    /// <summary>How many triggers are stored at once, under one lock of the engine's.</summary>
    private const int AtOnce = 250;

    private static readonly DateTimeOffset s_first = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Database _database;
    private readonly StandaloneSchedulerFactory _factory;

    /// <summary>One that takes no part in the work: it hands in, pauses, cancels and looks.</summary>
    /// <param name="database">The database.</param>
    /// <param name="instance">A name that no other has.</param>
    /// <param name="log">Where Quartz logs.</param>
    /// <param name="makesTables">True makes Quartz' tables where there are none.</param>
    public QuartzEngine(Database database, string instance, LogFile log, bool makesTables = false)
        : this(database, instance, log, EnginePace.Usual, makesTables, null)
    {
    }

    /// <summary>One that computes pieces.</summary>
    /// <param name="database">The database.</param>
    /// <param name="runner">Computes pieces.</param>
    /// <param name="pace">How often it turns to the database.</param>
    /// <param name="log">Where Quartz logs.</param>
    public QuartzEngine(Database database, PieceRunner runner, EnginePace pace, LogFile log)
        : this(database, runner.Worker.Instance, log, pace, false, runner)
    {
    }

    private QuartzEngine(Database database, string instance, LogFile log, EnginePace pace, bool makesTables, PieceRunner? runner)
    {
        _database = database;
        _factory = QuartzSchedulerBuilder.Create(quartz =>
        {
            quartz.Services.AddLogging(logging => logging.AddProvider(log));
            quartz.ConfigureScheduler(options =>
            {
                options.InstanceName = Name;
                options.InstanceId = instance;
                options.IdleWaitTime = pace.Look;
                options.ShutdownJobInterruption = ShutdownJobInterruption.WhenWaitingForJobs;
                options.PropagateTraceContext = false;
            });
            quartz.UsePersistentStore(store =>
            {
                store.UsePostgres(NpgsqlFactory.Instance, database.Address.Settings.ConnectionString);
                store.UseSystemTextJsonSerializer();
                store.ConfigureStore(options =>
                {
                    options.TablePrefix = "unroll.qrtz_";
                    options.StoreJobDataAsStrings = true;
                    options.UseBackgroundThreads = true;
                    options.RecoverFiringsCancelledByShutdown = true;
                    options.DbRetryInterval = TimeSpan.FromSeconds(2);
                    options.SchemaProvisioning = makesTables ? SchemaProvisioning.CreateIfMissing : SchemaProvisioning.None;
                });
                store.UseClustering(options =>
                {
                    options.CheckinInterval = pace.CheckIn;
                    options.CheckinMisfireThreshold = pace.Grace;
                });
            });
            quartz.UseDefaultThreadPool(runner?.Worker.Slots ?? 1);
            quartz.UseDefaultRetryPolicy(RetryPolicy.Fixed(Tries - 1, pace.Retry));
            if (runner is null)
                return;
            quartz.Services.AddSingleton(runner);
            string group = ThisProgram.Group(runner.Worker.Version, runner.Worker.InstructionSet);
            quartz.UseExecutionLimits(limits => limits.ForGroup(group, runner.Worker.Slots).ForDefaultGroup(0).ForOtherGroups(0));
        }).Build();
    }

    /// <summary>Begins to compute pieces.</summary>
    public Task StartAsync(CancellationToken cancellation) => DoAsync(async scheduler => await scheduler.Start(cancellation), cancellation);

    /// <summary>Takes no more pieces, asks those under way to end, and hands back those that do.</summary>
    /// <param name="patience">Ends the wait for them.</param>
    public async Task StopAsync(CancellationToken patience)
    {
        IScheduler scheduler = await _factory.GetScheduler(CancellationToken.None);
        await scheduler.Shutdown(true, patience);
    }

    /// <summary>Makes the engine's tables, where it was told to.</summary>
    public Task PrepareAsync(CancellationToken cancellation) => DoAsync(_ => Task.CompletedTask, cancellation);

    /// <summary>Puts pieces into the queue, but those that are in it.</summary>
    public async Task HandInAsync(long study, string group, IReadOnlyList<int> numbers, CancellationToken cancellation)
    {
        IJobDetail job = JobBuilder.Create<PieceExecution>().WithIdentity(Job(study)).StoreDurably().RequestRecovery().Build();
        HashSet<int> waiting = await WaitingAsync(study, cancellation);
        foreach (int[] some in numbers.Where(number => !waiting.Contains(number)).Chunk(AtOnce))
        {
            ITrigger[] triggers = [.. some.Select(number => Trigger(study, number, group))];
            var together = new Dictionary<IJobDetail, IReadOnlyCollection<ITrigger>> { [job] = triggers };
            await DoAsync(async scheduler => await scheduler.ScheduleJobs(together, ScheduleJobOptions.Replacing, cancellation),
                cancellation);
        }
    }

    /// <summary>No piece of a study begins any more, those handed in later included.</summary>
    public Task PauseAsync(long study, CancellationToken cancellation) => DoAsync(
        async scheduler => await scheduler.PauseTriggerGroups(GroupMatcher<TriggerKey>.GroupEquals(Text(study)), cancellation),
        cancellation);

    /// <summary>Pieces of a study begin again.</summary>
    public Task ResumeAsync(long study, CancellationToken cancellation) => DoAsync(
        async scheduler => await scheduler.ResumeTriggerGroups(GroupMatcher<TriggerKey>.GroupEquals(Text(study)), cancellation),
        cancellation);

    /// <summary>Asks the pieces of a study that are under way to end; workers hear of it when they check in.</summary>
    public Task InterruptAsync(long study, CancellationToken cancellation) =>
        DoAsync(async scheduler => await scheduler.Interrupt(Job(study), cancellation), cancellation);

    /// <summary>Takes a study's pieces out of the queue. Those under way must have ended, or a request to end is lost.</summary>
    public Task DeleteAsync(long study, CancellationToken cancellation) => DoAsync(
        async scheduler =>
        {
            // In one operation of the store: DeleteJob takes the triggers away one by one, and fails where a piece ends meanwhile.
            await scheduler.DeleteJobs([Job(study)], cancellation);
            await scheduler.ResumeTriggerGroups(GroupMatcher<TriggerKey>.GroupEquals(Text(study)), cancellation);
        },
        cancellation);

    /// <summary>How many pieces of a study live workers compute.</summary>
    public async Task<int> UnderWayAsync(long study, CancellationToken cancellation)
    {
        HashSet<string> alive = [.. (await CheckInsAsync(cancellation)).Where(node => node.IsAlive).Select(node => node.Instance)];
        PagedResult<FireInstance> firing = await AskAsync(
            scheduler => scheduler.QueryFireInstances(new FireInstanceQuery { Job = Job(study), Take = PagedQuery.All }, cancellation),
            cancellation);
        return firing.Items.Count(piece => alive.Contains(piece.SchedulerInstanceId));
    }

    /// <summary>The members that have checked in, of late or until they died.</summary>
    public async Task<IReadOnlyList<(string Instance, bool IsAlive, DateTimeOffset LastCheckIn)>> CheckInsAsync(
        CancellationToken cancellation)
    {
        List<ClusterNode> nodes = await AskAsync(scheduler => scheduler.QueryClusterNodes(cancellation), cancellation);
        return [.. nodes.Where(node => node.LastCheckInUtc is not null)
            .Select(node => (node.InstanceId, node.State != ClusterNodeState.Failed, node.LastCheckInUtc!.Value))];
    }

    public ValueTask DisposeAsync() => _factory.DisposeAsync();

    private static string Text(long study) => study.ToString(CultureInfo.InvariantCulture);

    private static JobKey Job(long study) => new(Text(study), Name);

    private static ITrigger Trigger(long study, int number, string group)
    {
        string name = number.ToString(CultureInfo.InvariantCulture);
        return TriggerBuilder.Create()
            .WithIdentity(name, Text(study))
            .ForJob(Job(study))
            .StartAt(s_first.AddSeconds(number))
            .WithExecutionGroup(group)
            .UsingJobData(StudyKey, Text(study))
            .UsingJobData(PieceKey, name)
            .WithSimpleSchedule(schedule => schedule.WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires))
            .Build();
    }

    /// <summary>The pieces of a study that are in the queue or under way.</summary>
    private async Task<HashSet<int>> WaitingAsync(long study, CancellationToken cancellation)
    {
        PagedResult<TriggerHeader> all = await AskAsync(
            scheduler => scheduler.QueryTriggers(new TriggerQuery { Job = Job(study), Take = PagedQuery.All }, cancellation), cancellation);
        TriggerKey[] recovering = [.. all.Items.Where(header => header.Key.Group == Recovering).Select(header => header.Key)];
        HashSet<int> waiting = [.. all.Items.Where(header => header.Key.Group != Recovering).Select(header => Number(header.Key.Name))];
        if (recovering.Length > 0)
        {
            List<ITrigger> triggers = await AskAsync(scheduler => scheduler.GetTriggers(recovering, cancellation), cancellation);
            waiting.UnionWith(triggers.Select(trigger => Number(trigger.JobDataMap.GetString(PieceKey)!)));
        }

        return waiting;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private async Task DoAsync(Func<IScheduler, Task> work, CancellationToken cancellation) => await AskAsync(
        async scheduler =>
        {
            await work(scheduler);
            return true;
        },
        cancellation);

    /// <summary>Asks Quartz, again while the database is away.</summary>
    /// <exception cref="UnrollException">The database refused, or is away for too long.</exception>
    private async Task<T> AskAsync<T>(Func<IScheduler, ValueTask<T>> ask, CancellationToken cancellation) =>
        await _database.RepeatAsync(async () => await ask(await _factory.GetScheduler(cancellation)), cancellation);
}
