using System.Text.Json;
using Unroll.Cli;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Whatever operation on the disk fails, or is the last before a kill: the folder has the old report or the new one.</summary>
public sealed class FolderSwapTests : IDisposable
{
    private static readonly Dictionary<string, string> s_old = new()
    {
        ["report.html"] = "old page",
        ["gru.unroll"] = "old network",
        ["High/report.html"] = "old page of High",
    };

    private static readonly Dictionary<string, string> s_new = new()
    {
        ["report.html"] = "new page",
        ["lstm.unroll"] = "new network",
        ["Low/report.html"] = "new page of Low",
    };

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    /// <summary>What is neither of a report nor the list of its files.</summary>
    private static string[] Hidden(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder, ".*").Where(path => Path.GetFileName(path) != FolderSwap.ListName)];

    private sealed class KilledException : Exception;

    private static Dictionary<string, Action<string>> Files(Dictionary<string, string> texts) =>
        texts.ToDictionary(pair => pair.Key, pair => (Action<string>)(path => Write(path, pair.Value)));

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>A folder with the old report, or none, and files of the user.</summary>
    private string Begin(bool hasOld)
    {
        string folder = _temp["report"];
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach ((string name, string text) in hasOld ? s_old : [])
            Write(Path.Combine(folder, name), text);
        if (hasOld)
            Write(Path.Combine(folder, FolderSwap.ListName), JsonSerializer.Serialize(s_old.Keys));
        Write(Path.Combine(folder, "notes.txt"), "mine");
        Write(Path.Combine(folder, "Mine", "notes.txt"), "mine too");
        return folder;
    }

    /// <summary>Old or new; all else is an error.</summary>
    private static string State(string folder)
    {
        Dictionary<string, string> found = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(folder, path).Replace('\\', '/'), File.ReadAllText);
        Assert.Equal(("mine", "mine too"), (found.GetValueOrDefault("notes.txt"), found.GetValueOrDefault("Mine/notes.txt")));
        foreach (string known in found.Keys.Where(
            name => name is "notes.txt" or "Mine/notes.txt" || name.StartsWith(".unroll-", StringComparison.Ordinal)))
            found.Remove(known);
        string State(Dictionary<string, string> report) =>
            string.Join('|', report.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
        string folders = string.Join(
            '|', Directory.GetDirectories(folder).Select(Path.GetFileName).Where(name => name![0] != '.').Order(StringComparer.Ordinal));
        return (State(found), folders) switch
        {
            (var state, "Low|Mine") when state == State(s_new) => "new",
            (var state, "High|Mine") when state == State(s_old) => "old",
            ("", "Mine") => "none",
            var (state, _) => $"half: {state}, {folders}",
        };
    }

    /// <summary>Throws before one operation.</summary>
    /// <param name="n">Which, from 1.</param>
    private sealed class Trap(int n, Func<Exception> failure)
    {
        private int _operations;

        /// <summary>Whether there were so many.</summary>
        public bool IsSprung { get; private set; }

        public void Before(string operation)
        {
            if (++_operations != n)
                return;
            IsSprung = true;
            throw failure();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_report_takes_the_place_of_the_old_one_and_leaves_other_files_alone(bool hasOld)
    {
        string folder = Begin(hasOld);
        FolderSwap.Replace(folder, Files(s_new));
        Assert.Equal("new", State(folder));
        FolderSwap.Replace(folder, Files(s_old));
        Assert.Equal("old", State(folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_operation_that_fails_leaves_the_old_report_or_the_new_one(bool hasOld)
    {
        int n = 0;
        Trap trap;
        do
        {
            string folder = Begin(hasOld);
            trap = new Trap(++n, () => new IOException("No space left on device"));
            string expected = "new";
            try
            {
                FolderSwap.Replace(folder, Files(s_new), trap.Before);
            }
            catch (IOException)
            {
                expected = hasOld ? "old" : "none";
            }

            // At once, and not only after the next run has looked: what could not be removed is in the hidden folder.
            Assert.Equal((n, expected), (n, State(folder)));
            FolderSwap.Recover(folder);
            Assert.Equal((n, expected), (n, State(folder)));
            Assert.Empty(Hidden(folder));
        }
        while (trap.IsSprung);
        Assert.True(n > 15, $"There were but {n} operations.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_kill_before_any_operation_and_another_while_that_is_mended_leave_the_old_report_or_the_new_one(bool hasOld)
    {
        var states = new List<string>();
        Trap first, second;
        int n = 0;
        do
        {
            n++;
            int m = 0;
            do
            {
                string folder = Begin(hasOld);
                (first, second) = (new Trap(n, () => new KilledException()), new Trap(++m, () => new KilledException()));
                Killed(() => FolderSwap.Replace(folder, Files(s_new), first.Before));
                Killed(() => FolderSwap.Recover(folder, second.Before));
                FolderSwap.Recover(folder);
                string state = State(folder);
                Assert.True(state is "new" || state == (hasOld ? "old" : "none"), $"{n}, {m}: {state}");
                Assert.Empty(Hidden(folder));
                states.Add(state);
            }
            while (second.IsSprung);
        }
        while (first.IsSprung);
        Assert.True(n > 15, $"There were but {n} operations.");

        // In the order of the kills: the old report until the journal stands, the new one afterwards.
        Assert.Equal(states.OrderBy(state => state == "new"), states);
        Assert.Equal(2, states.Distinct().Count());

        static void Killed(Action work)
        {
            try
            {
                work();
            }
            catch (KilledException)
            {
            }
        }
    }

    [Fact]
    public void The_moves_of_a_run_that_lives_are_not_touched()
    {
        string folder = Begin(hasOld: true);
        bool looked = false;
        FolderSwap.Replace(folder, Files(s_new), operation =>
        {
            if (!operation.StartsWith("write", StringComparison.Ordinal) || looked)
                return;
            looked = true;
            string[] before = Directory.GetDirectories(folder, ".unroll-staging-*");
            FolderSwap.Recover(folder);
            Assert.Equal(before, Directory.GetDirectories(folder, ".unroll-staging-*"));
            Assert.Single(before);
        });
        Assert.True(looked);
        Assert.Equal("new", State(folder));
    }

    [Fact]
    public void A_folder_in_the_place_of_a_file_is_an_error_and_nothing_of_the_new_report_is_there()
    {
        string folder = Begin(hasOld: true);
        Directory.CreateDirectory(Path.Combine(folder, "lstm.unroll"));
        string message = Assert.Throws<UnrollException>(() => FolderSwap.Replace(folder, Files(s_new))).Message.Replace(
            folder, "R", StringComparison.Ordinal);
        Assert.Equal("R/lstm.unroll is a folder, so the report's file of that name cannot be written. Move it elsewhere, or choose another "
            + "folder with --out.", message.Replace('\\', '/'));
        Directory.Delete(Path.Combine(folder, "lstm.unroll"));
        Assert.Equal("old", State(folder));
        Write(Path.Combine(folder, "Low"), "a file");
        Assert.Contains("Low is a file, ", Assert.Throws<UnrollException>(() => FolderSwap.Replace(folder, Files(s_new))).Message,
            StringComparison.Ordinal);
        File.Delete(Path.Combine(folder, "Low"));
        Assert.Equal("old", State(folder));
    }

    [Theory]
    [InlineData("{\"Staging\":\".unroll-staging-1-0\",\"Files\":[\"../outside.txt\"],\"Removed\":[]}")]
    [InlineData("{\"Staging\":\"..\",\"Files\":[],\"Removed\":[]}")]
    public void A_journal_that_points_elsewhere_is_refused(string journal)
    {
        string folder = Begin(hasOld: true);
        File.WriteAllText(Path.Combine(folder, ".unroll-journal.json"), journal);
        Assert.Contains("was not written by this tool", Assert.Throws<UnrollException>(() => FolderSwap.Recover(folder)).Message,
            StringComparison.Ordinal);
        File.Delete(Path.Combine(folder, ".unroll-journal.json"));
        Assert.Equal("old", State(folder));
    }

    [Fact]
    public void What_the_old_list_names_outside_the_folder_is_not_removed()
    {
        string folder = Begin(hasOld: true);
        _temp.Write("outside.txt", ["mine"]);
        File.WriteAllText(Path.Combine(folder, FolderSwap.ListName), "[\"../outside.txt\",\"gru.unroll\",\"High/report.html\"]");
        FolderSwap.Replace(folder, Files(s_new));
        Assert.Equal("new", State(folder));
        Assert.True(File.Exists(_temp["outside.txt"]));
    }
}
