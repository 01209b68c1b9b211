using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Unroll.Layers;
using Unroll.Server.Serving;
using Xunit;

namespace Unroll.Server.Tests.Serving;

public class SequenceTests
{
    private static string Observation(int step, int sequence = 0) => ServedFolder.Nested([MathF.Sin(step), MathF.Cos(step + sequence)]);

    private static async Task<float[]> StepAsync(ServedFolder served, string id, int step, int sequence = 0)
    {
        (HttpStatusCode status, JsonElement json) = await served.PostAsync($"/models/net/sequences/{id}", Observation(step, sequence));
        Assert.Equal(HttpStatusCode.OK, status);
        return ServedFolder.Flat(json.GetProperty("outputs"));
    }

    private static float[] Expected(StreamingSession stream, int step, int sequence = 0) =>
        stream.Step(MathF.Sin(step), MathF.Cos(step + sequence)).ToArray();

    [Fact]
    public async Task Each_sequence_keeps_its_states()
    {
        Model model = ServedFolder.Gru();
        await using ServedFolder served = await ServedFolder.StartAsync(model);
        StreamingSession first = model.Stream(), second = model.Stream();
        for (int step = 0; step < 5; step++)
        {
            Assert.Equal(Expected(first, step), await StepAsync(served, "first", step));
            Assert.Equal(Expected(second, step, 9), await StepAsync(served, "second", step, 9));
        }

        (_, JsonElement list) = await served.GetAsync("/models/net/sequences");
        Assert.Equal(
            ["first", "second"], list.GetProperty("sequences").EnumerateArray().Select(each => each.GetProperty("id").GetString()!));
        (_, JsonElement one) = await served.GetAsync("/models/net/sequences/first");
        Assert.Equal(5, one.GetProperty("steps").GetInt64());

        using HttpResponseMessage gone = await served.Client.DeleteAsync("/models/net/sequences/first");
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await served.GetAsync("/models/net/sequences/first")).Status);
        using HttpResponseMessage again = await served.Client.DeleteAsync("/models/net/sequences/first");
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal(Expected(model.Stream(), 0), await StepAsync(served, "first", 0));
    }

    [Fact]
    public async Task Steps_of_one_sequence_go_one_after_the_other()
    {
        Model model = ServedFolder.Gru();
        await using ServedFolder served = await ServedFolder.StartAsync(model);
        const int Count = 200;
        await Parallel.ForEachAsync(Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, _) =>
            await StepAsync(served, "one", 3));
        StreamingSession stream = model.Stream();
        for (int step = 0; step < Count; step++)
            Expected(stream, 3);
        Assert.Equal(Expected(stream, 4), await StepAsync(served, "one", 4));
        Assert.Equal(Count + 1, served.Sequences.Find("net", "one").Steps);
    }

    [Fact]
    public async Task A_step_that_is_sent_twice_counts_once_where_its_number_is_given()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("/models/net/sequences/a?step=1", Observation(0))).Status);
        (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/sequences/a?step=1", Observation(0));
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("next step of this sequence is 2, not 1", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("/models/net/sequences/a?step=2", Observation(0))).Status);
    }

    [Theory]
    [InlineData("[1]", "An observation has 2 numbers, but 1")]
    [InlineData("[[1,2]]", "one observation")]
    [InlineData("{\"inputs\":[1,2],\"x\":1}", "one observation")]
    [InlineData("{\"outputs\":[1,2]}", "one observation")]
    [InlineData("[1,1e99]", "no finite number")]
    [InlineData("5", "array of numbers")]
    public async Task A_wrong_observation_is_refused_and_begins_no_sequence(string body, string words)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/sequences/a", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(served.Sequences.All("net"));
        Assert.Equal(0, served.Sequences.Count);
    }

    [Theory]
    [InlineData("a%20b")]
    [InlineData("..%2Fb")]
    [InlineData("%3Cscript%3E")]
    [InlineData("ä")]
    public async Task An_id_is_of_plain_signs(string id)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        Assert.Equal(HttpStatusCode.BadRequest, (await served.PostAsync($"/models/net/sequences/{id}", Observation(0))).Status);
        Assert.Equal(
            HttpStatusCode.BadRequest, (await served.PostAsync($"/models/net/sequences/{new string('a', 129)}", Observation(0))).Status);
    }

    [Fact]
    public async Task There_are_no_more_sequences_than_the_limit_and_old_ones_end()
    {
        await using var served = new ServedFolder();
        served.Save("net", ServedFolder.Gru());
        var clock = new Clock();
        await served.StartAsync(options => options with { MostSequences = 2, SequenceLife = TimeSpan.FromHours(1) }, clock);
        await StepAsync(served, "a", 0);
        clock.Now += TimeSpan.FromMinutes(40);
        await StepAsync(served, "b", 0);
        (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/sequences/c", Observation(0));
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Contains("There are 2 sequences", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        clock.Now += TimeSpan.FromMinutes(40);
        served.Sequences.EndOld();
        Assert.Equal(["b"], served.Sequences.All("net").Select(each => each.Id));
        await StepAsync(served, "c", 0);
    }

    /// <summary>The life of a sequence is counted from its last step, in this run of the server or the one before.</summary>
    [Fact]
    public async Task A_sequence_that_is_used_does_not_end()
    {
        await using var served = new ServedFolder();
        served.Save("net", ServedFolder.Gru());
        var clock = new Clock();
        ServeOptions Kept(ServeOptions options) =>
            options with { SequenceLife = TimeSpan.FromHours(1), StateFolder = Path.Combine(served.Path, "states") };
        await served.StartAsync(Kept, clock);
        await StepAsync(served, "unused", 0);
        for (int step = 0; step < 4; step++)
        {
            await StepAsync(served, "used", step);
            clock.Now += TimeSpan.FromMinutes(40);
            served.Sequences.EndOld();
        }

        Assert.Equal(["used"], served.Sequences.All("net").Select(each => each.Id));
        await served.App.StopAsync();
        await served.StartAsync(Kept, clock);
        served.Sequences.EndOld();
        await StepAsync(served, "used", 4);
        clock.Now += TimeSpan.FromMinutes(40);
        served.Sequences.EndOld();
        Assert.Equal(["used"], served.Sequences.All("net").Select(each => each.Id));
        clock.Now += TimeSpan.FromMinutes(40);
        served.Sequences.EndOld();
        Assert.Empty(served.Sequences.All("net"));
    }

    [Fact]
    public async Task Sequences_of_before_a_restart_count_to_the_limit()
    {
        await using var served = new ServedFolder();
        served.Save("net", ServedFolder.Gru());
        ServeOptions Kept(ServeOptions options) => options with { MostSequences = 3, StateFolder = Path.Combine(served.Path, "states") };
        await served.StartAsync(Kept);
        await StepAsync(served, "a", 0);
        await StepAsync(served, "b", 0);
        await served.App.StopAsync();
        await served.StartAsync(Kept);
        Assert.Equal(2, served.Sequences.Count);
        await StepAsync(served, "c", 0);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await served.PostAsync("/models/net/sequences/d", Observation(0))).Status);
        using HttpResponseMessage gone = await served.Client.DeleteAsync("/models/net/sequences/a");
        await StepAsync(served, "d", 0);
        Assert.Equal(3, served.Sequences.Count);
    }

    /// <summary>Both find that there is none and make one: the clock, which says when, holds the first until the second comes.</summary>
    [Fact]
    public async Task First_steps_that_come_at_once_begin_one_sequence()
    {
        await using var served = new ServedFolder();
        served.Save("net", ServedFolder.Gru());
        var clock = new MeetingClock();
        await served.StartAsync(options => options with { MostSequences = 2 }, clock);
        clock.Awaits = 2;
        await Task.WhenAll(StepAsync(served, "a", 0), StepAsync(served, "a", 0));
        Assert.Equal(0, clock.Awaits);
        Assert.Equal(2, Assert.Single(served.Sequences.All("net")).Steps);
        Assert.Equal(1, served.Sequences.Count);
        await StepAsync(served, "b", 0);
    }

    [Fact]
    public async Task After_a_kill_sequences_go_on_from_the_last_snapshot()
    {
        Model model = ServedFolder.Gru();
        await using var served = new ServedFolder();
        served.Save("net", model);
        ServeOptions Kept(ServeOptions options) => options with { StateFolder = Path.Combine(served.Path, "states") };
        await served.StartAsync(Kept);
        StreamingSession stream = model.Stream();
        for (int step = 0; step < 3; step++)
            Assert.Equal(Expected(stream, step), await StepAsync(served, "a", step));
        served.Sequences.Write();
        await StepAsync(served, "a", 77);
        await StepAsync(served, "later", 0);

        // The first server stays as it is, as a process does that is killed: it writes nothing more.
        await served.StartAsync(Kept);
        Assert.Equal(["a"], served.Sequences.All("net").Select(each => each.Id));
        Assert.Equal(3, served.Sequences.Find("net", "a").Steps);
        Assert.Equal(Expected(stream, 3), await StepAsync(served, "a", 3));
        await served.App.StopAsync();
        await served.StartAsync(Kept);
        Assert.Equal(Expected(stream, 4), await StepAsync(served, "a", 4));
    }

    /// <summary>Neither an array nor a stream in memory holds all of them: such have 2 GB at most.</summary>
    [Fact]
    public void Snapshots_are_written_and_read_a_sequence_at_a_time()
    {
        const int Count = 64, Size = 1 << 20;
        var saved = new byte[Size];
        new Random(3).NextBytes(saved);
        List<Sequence> all = [.. Enumerable.Range(1, Count).Select(i => new Sequence($"id-{i}"))];
        foreach ((int i, Sequence each) in all.Index())
            each.Restore(saved, i + 1, DateTimeOffset.UnixEpoch.AddSeconds(i));
        all.Add(new Sequence("not begun"));
        DirectoryInfo folder = Directory.CreateTempSubdirectory("unroll-states");
        try
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            SequenceFile.Write(folder.FullName, "net", all);
            long written = GC.GetAllocatedBytesForCurrentThread();
            (string model, List<Sequence> found) = Assert.Single(SequenceFile.ReadAll(folder.FullName, NullLogger.Instance));
            long read = GC.GetAllocatedBytesForCurrentThread();
            Assert.InRange(written - before, 0, 2 * Size);
            Assert.InRange(read - written, 0, (Count + 2) * (long)Size);
            Assert.Equal("net", model);
            Assert.Equal(Enumerable.Range(1, Count).Select(i => ($"id-{i}", (long)i)), found.Select(each => (each.Id, each.Steps)));
            Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(Count - 1), found[^1].LastUsed);
            Assert.All(found, each => Assert.True(each.Save().AsSpan().SequenceEqual(saved)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A length that is damaged asks for no memory.</summary>
    [Theory]
    [InlineData(8, "format version")]
    [InlineData(12, "")]
    [InlineData(16, "")]
    [InlineData(40, "checksum")]
    [InlineData(-1, "checksum")]
    public void A_snapshot_that_is_damaged_anywhere_is_put_aside(int at, string words)
    {
        var one = new Sequence("id");
        one.Restore([1, 2, 3, 4, 5, 6, 7, 8], 3, DateTimeOffset.UnixEpoch);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("unroll-states");
        try
        {
            SequenceFile.Write(folder.FullName, "net", [one]);
            string file = Path.Combine(folder.FullName, "net.sequences");
            byte[] bytes = File.ReadAllBytes(file);
            bytes[at < 0 ? bytes.Length + at : at] ^= 0x40;
            File.WriteAllBytes(file, bytes);
            var log = new Told();
            Assert.Empty(SequenceFile.ReadAll(folder.FullName, log));
            Assert.Contains(words, Assert.Single(log.Lines), StringComparison.Ordinal);
            Assert.Equal(bytes, File.ReadAllBytes(file + ".damaged"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_damaged_snapshot_is_put_aside()
    {
        await using var served = new ServedFolder();
        served.Save("net", ServedFolder.Gru());
        string states = Path.Combine(served.Path, "states");
        ServeOptions Kept(ServeOptions options) => options with { StateFolder = states };
        await served.StartAsync(Kept);
        await StepAsync(served, "a", 0);
        served.Sequences.Write();
        string file = Path.Combine(states, "net.sequences");
        byte[] bytes = File.ReadAllBytes(file);
        bytes[20] ^= 1;
        File.WriteAllBytes(file, bytes);
        await served.StartAsync(Kept);
        Assert.Empty(served.Sequences.All("net"));
        Assert.Equal(bytes, File.ReadAllBytes(file + ".damaged"));
    }

    [Fact]
    public async Task A_replaced_model_takes_the_states_over_where_its_layers_are_the_same()
    {
        Model first = ServedFolder.Gru(1), second = ServedFolder.Gru(2);
        await using ServedFolder served = await ServedFolder.StartAsync(first);
        StreamingSession stream = first.Stream();
        Assert.Equal(Expected(stream, 0), await StepAsync(served, "a", 0));
        served.Save("net", second);
        served.Look();
        StreamingSession other = second.Stream();
        other.RestoreStates(stream.SaveStates());
        Assert.Equal(Expected(other, 1), await StepAsync(served, "a", 1));

        served.Save("net", ServedFolder.Gru(2, units: 9));
        served.Look();
        for (int i = 0; i < 2; i++)
        {
            (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/sequences/a", Observation(2));
            Assert.Equal(HttpStatusCode.Conflict, status);
            Assert.Contains("other layers", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        served.Save("net", second);
        served.Look();
        Assert.Equal(Expected(other, 2), await StepAsync(served, "a", 2));
    }

    [Fact]
    public async Task A_network_that_does_not_go_step_by_step_says_so()
    {
        Model model = new Model(new Bidirectional(new Lstm(3)), new Dense(1)).Build(new Shape(4, 2), 1);
        await using ServedFolder served = await ServedFolder.StartAsync(model);
        (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/sequences/a", Observation(0));
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("stream", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, served.Sequences.Count);
    }

    private sealed class Told : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }

    /// <summary>As many calls as it awaits are answered together.</summary>
    private sealed class MeetingClock : TimeProvider
    {
        private readonly TaskCompletionSource _all = new();
        private int _awaits;

        public int Awaits
        {
            get => Volatile.Read(ref _awaits);
            set => Volatile.Write(ref _awaits, value);
        }

        public override DateTimeOffset GetUtcNow()
        {
            if (Awaits > 0 && Interlocked.Decrement(ref _awaits) == 0)
                _all.SetResult();
            else if (Awaits > 0)
                _all.Task.Wait(TimeSpan.FromSeconds(30));
            return DateTimeOffset.UnixEpoch;
        }
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
