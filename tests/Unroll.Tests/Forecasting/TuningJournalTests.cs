using System.Text;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public sealed class TuningJournalTests : IDisposable
{
    private static readonly TuningOptions s_options = new() { Trials = 9, Epochs = 9, Seed = 2, Parallel = 2 };
    private readonly TestFiles _files = new();

    private string File => Path.Combine(_files.Folder, "journal.jsonl");

    public void Dispose() => _files.Dispose();

    private static FakeObjective Objective(Func<TrialRun, double>? rmse = null) =>
        new(rmse ?? (run => run.Trial == 5 ? double.NaN : 1 / 3.0 / run.Trial));

    private TuningResult Run(FakeObjective objective, TuningOptions? options = null)
    {
        var tuner = new Tuner(objective, options ?? s_options);
        using var journal = TuningJournal.Open(File, tuner.Setup);
        return tuner.Run(journal, TestContext.Current.CancellationToken);
    }

    private string Refused(TuningOptions? options = null, FakeObjective? objective = null) =>
        Assert.Throws<UnrollException>(() => Run(objective ?? Objective(), options)).Message.Replace(File, "J", StringComparison.Ordinal);

    private static string Text(TuningResult result) => string.Join('\n', result.Results.Select(each => each with { Seconds = 0 }));

    [Fact]
    public void Finished_trainings_are_read_back_and_not_run_again()
    {
        TuningResult first = Run(Objective());
        string[] lines = System.IO.File.ReadAllLines(File);
        Assert.Equal(1 + 9 + 3, lines.Length);
        var idle = Objective();
        TuningResult again = Run(idle);
        Assert.Empty(idle.Asked);
        Assert.Equal(first.Results, again.Results);
        Assert.Equal(lines, System.IO.File.ReadAllLines(File));
        Assert.True(again.Results.Single(each => each.Run.Trial == 5).HasDiverged);
    }

    /// <summary>Cut at every byte of its last line, and in its first, it gives the same result and the same lines.</summary>
    [Fact]
    public void A_torn_last_line_is_cut_off_and_run_again()
    {
        string whole = Text(Run(Objective()));
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        string[] lines = [.. System.IO.File.ReadAllLines(File)];
        int last = bytes.AsSpan(0, bytes.Length - 1).LastIndexOf((byte)'\n') + 1;
        foreach (int length in Enumerable.Range(last, bytes.Length - last).Append(0).Append(30))
        {
            System.IO.File.WriteAllBytes(File, bytes[..length]);
            var objective = Objective();
            Assert.Equal(whole, Text(Run(objective)));
            Assert.Equal(length >= last ? 1 : 12, objective.Asked.Count);
            Assert.Equal(lines.Length, System.IO.File.ReadAllLines(File).Length);
            Assert.Equal(length >= last ? lines[..^1] : lines[..1], System.IO.File.ReadAllLines(File)[..(length >= last ? ^1 : 1)]);
        }
    }

    [Fact]
    public void Nothing_is_left_of_a_torn_line_that_was_longer_than_the_next()
    {
        Run(Objective());
        string[] lines = System.IO.File.ReadAllLines(File);
        System.IO.File.WriteAllText(File, string.Join('\n', lines[..^1]) + "\n{\"trial\":" + new string('1', 5000));
        Run(Objective());
        string[] again = System.IO.File.ReadAllLines(File);
        Assert.Equal(lines[..^1], again[..^1]);
        Assert.InRange(again[^1].Length, 100, 300);
        Assert.EndsWith("}}", again[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_that_was_ended_goes_on_where_it_was()
    {
        string whole = Text(Run(Objective()));
        System.IO.File.Delete(File);
        int asked = 0;
        Assert.Throws<UnrollException>(() => Run(Objective(run => Interlocked.Increment(ref asked) == 11
            ? throw new UnrollException("end")
            : run.Trial == 5 ? double.NaN : 1 / 3.0 / run.Trial), s_options with { Parallel = 1 }));
        string[] kept = System.IO.File.ReadAllLines(File);
        Assert.Equal(11, kept.Length);
        var rest = Objective();
        Assert.Equal(whole, Text(Run(rest)));
        Assert.Equal(2, rest.Asked.Count);
        Assert.Equal(kept, System.IO.File.ReadAllLines(File)[..11]);
    }

    [Fact]
    public void Another_setup_is_refused_with_what_differs()
    {
        Run(Objective());
        byte[] before = System.IO.File.ReadAllBytes(File);
        const string Remedy = " Choose another folder, or delete the journal to begin anew.";
        Assert.Equal("The journal J is of a search with another setup: trials was 9 and is 10, search seed was 2 and is 7." + Remedy,
            Refused(s_options with { Trials = 10, Seed = 7 }));
        Assert.Equal("The journal J is of a search with another setup: data was made up and is new." + Remedy,
            Refused(objective: new FakeObjective(_ => 1) { Setup = [new("data", "new")] }));
        Assert.Equal("The journal J is of a search with another setup: the space differs." + Remedy,
            Refused(s_options with { Space = new SearchSpace { Units = new(8, 9) } }));
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
        Run(Objective(), s_options with { Parallel = 5 });
    }

    [Fact]
    public void A_journal_that_is_damaged_or_in_use_is_refused()
    {
        Run(Objective());
        string[] lines = System.IO.File.ReadAllLines(File);
        void Write(IEnumerable<string> damaged) =>
            System.IO.File.WriteAllText(File, string.Join('\n', damaged) + "\n", new UTF8Encoding(false));
        Write([.. lines[..2], "{\"trial\":3}", .. lines[2..]]);
        Assert.Equal("Line 3 of the journal J cannot be read. Delete the line, or choose another folder.", Refused());
        Write(["date,value", .. lines[1..]]);
        Assert.Equal("Line 1 of the journal J cannot be read. Delete the journal, or choose another folder.", Refused());
        Write([.. lines, lines[1]]);
        Assert.Matches(
            @"^The journal J has trial \d of rung 1 twice, the second time in line 14\. "
            + @"Delete one of the lines, or choose another folder\.$",
            Refused());
        Write([lines[0].Replace("journal 2", "journal 3", StringComparison.Ordinal)]);
        Assert.Equal("J is no journal that this version can go on with. Choose another folder, or delete the journal to begin anew.",
            Refused());
        Write([lines[0], lines[1].Replace("\"units\":", "\"units\":1", StringComparison.Ordinal)]);
        Assert.Matches(@"^The journal J has other settings for trial \d than this search\. Delete it, or choose another folder\.$",
            Refused());

        Write(lines);
        var tuner = new Tuner(Objective(), s_options);
        using var used = TuningJournal.Open(File, tuner.Setup);
        Assert.Matches(@"^The journal J cannot be opened: .*\. End the search that uses it, or choose another folder\.$", Refused());
    }
}
