using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Unroll.Formats;

namespace Unroll.Cli;

/// <summary>
/// Puts the files of a new report in the place of those of the old one: whatever ends the process, and whenever, the folder has the old
/// report or the new one. New files are written into a staging folder inside. Then a journal names all files that are to move, and each
/// old file is moved out and the new one in. A move that fails takes back those before it; the moves of a run that was killed are
/// finished by the next that looks (<see cref="Recover"/>). Files that no report wrote stay where they are: a list in the folder names
/// those that the last report did.
/// </summary>
internal sealed class FolderSwap
{
    public const string ListName = ".unroll-files.json";
    private const string JournalName = ".unroll-journal.json", StagingPrefix = ".unroll-staging-", LockName = "lock";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly string _folder, _staging;
    private readonly Action<string> _before;

    private FolderSwap(string folder, string staging, Action<string>? before) =>
        (_folder, _staging, _before) = (folder, staging, before ?? (_ => { }));

    private string Journal => Path.Combine(_folder, JournalName);

    private string New(string name) => Path.Combine(_staging, "new", name);

    private string Old(string name) => Path.Combine(_staging, "old", name);

    private string Target(string name) => Path.Combine(_folder, name);

    /// <summary>Replaces the report in a folder.</summary>
    /// <param name="folder">It must be there.</param>
    /// <param name="files">Writes each file of the new report to a path, by the name it is to have, which may hold a folder.</param>
    /// <param name="before">Called before each operation on the disk, with a word for it.</param>
    /// <exception cref="IOException">A file cannot be written, or not to its place; the old report is as it was.</exception>
    /// <exception cref="UnrollException">So a writer says the same; or another run writes to the folder.</exception>
    public static void Replace(string folder, IReadOnlyDictionary<string, Action<string>> files, Action<string>? before = null)
    {
        Recover(folder, before);
        (string staging, FileStream held) = Stage(folder, before);
        using (held)
        {
            var swap = new FolderSwap(folder, staging, before);
            try
            {
                SwapJournal journal = swap.Write(files);
                swap.Commit(journal);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or UnrollException)
            {
                swap.ClearUnlessCommitted(held);
                throw;
            }

            swap.ClearUnlessCommitted(held);
        }
    }

    /// <summary>Whether files are being moved, or were when a run was killed.</summary>
    public static bool IsBegun(string folder) => File.Exists(Path.Combine(folder, JournalName));

    /// <summary>
    /// Finishes, or where that cannot be, takes back, what a run that was killed had begun, and removes what dead runs have left.
    /// </summary>
    /// <exception cref="UnrollException">It can be neither finished nor taken back, or a run that is alive does not get on.</exception>
    public static void Recover(string folder, Action<string>? before = null)
    {
        string path = Path.Combine(folder, JournalName);
        for (long start = Environment.TickCount64; File.Exists(path); Thread.Sleep(20))
        {
            try
            {
                if (Read(path, FolderJson.Default.SwapJournal) is not { } journal)
                    File.Delete(path);
                else if (Finish(folder, journal, before))
                    break;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // All was taken back: the old report is whole.
                if (!File.Exists(path))
                    break;
                string problem = $"A run was killed while it put a new report into {folder}, and its last steps fail: {Reason(failure)}.";
                throw new UnrollException($"{problem} Mend that, and start the same command again.", failure);
            }

            if (Environment.TickCount64 - start > s_patience.TotalMilliseconds)
            {
                throw new UnrollException(
                    $"Another run is putting its report into {folder}. Wait until it has ended, or choose another folder with --out.");
            }
        }

        foreach (string staging in Directory.Exists(folder) ? Directory.GetDirectories(folder, StagingPrefix + "*") : [])
        {
            using FileStream? held = Hold(staging);
            if (held is not null)
                new FolderSwap(folder, staging, before).Clear(held);
        }
    }

    /// <summary>Finds out, before there is anything to lose, that a file of the report would have no place.</summary>
    /// <exception cref="UnrollException">There cannot be a file of that name.</exception>
    public static void Require(string folder, string name)
    {
        if (Directory.Exists(Path.Combine(folder, name)))
            throw NoPlace(folder, name, "is a folder, so the report's file");
        for (string? parent = Path.GetDirectoryName(name); !string.IsNullOrEmpty(parent); parent = Path.GetDirectoryName(parent))
        {
            if (File.Exists(Path.Combine(folder, parent)))
                throw NoPlace(folder, parent, "is a file, so the report's folder");
        }
    }

    private static UnrollException NoPlace(string folder, string name, string why) =>
        new($"{Path.Combine(folder, name)} {why} of that name cannot be written. Move it elsewhere, or choose another folder with --out.");

    /// <summary>Why an operation failed, without the path of a file that is of no use to the reader.</summary>
    public static string Reason(Exception failure)
    {
        string message = (failure is UnrollException ? failure.InnerException ?? failure : failure).Message.ReplaceLineEndings(" ");
        int path = message.IndexOf(" : '", StringComparison.Ordinal);
        return (path > 0 ? message[..path] : message).TrimEnd('.');
    }

    /// <summary>False where the run is alive that does it.</summary>
    private static bool Finish(string folder, SwapJournal journal, Action<string>? before)
    {
        string staging = Path.Combine(folder, journal.Staging);
        var swap = new FolderSwap(folder, staging, before);
        if (!journal.IsWithin)
            throw new UnrollException($"{swap.Journal} was not written by this tool. Remove it, and start the same command again.");
        if (!Directory.Exists(staging))
        {
            swap.RemoveJournal();
            return true;
        }

        if (Hold(staging) is not { } held)
            return false;
        using (held)
        {
            // Another may have finished it in the meantime.
            if (!File.Exists(swap.Journal))
                return true;
            swap.Move(journal);
            swap.RemoveJournal();
        }

        return true;
    }

    private SwapJournal Write(IReadOnlyDictionary<string, Action<string>> files)
    {
        string[] old = Read(Target(ListName), FolderJson.Default.StringArray) ?? [];
        string[] names = [.. files.Keys.Order(StringComparer.Ordinal)];
        string[] removed = [.. old.Except(names).Where(name => SwapJournal.IsName(name) && File.Exists(Target(name)))];
        foreach (string name in names)
        {
            if (!SwapJournal.IsName(name))
                throw new ArgumentException($"{name} is no name of a file within the folder.", nameof(files));
            Require(_folder, name);
            _before($"write {name}");
            files[name](New(name));
        }

        _before("write the list");
        AtomicFile.WriteText(New(ListName), JsonSerializer.Serialize(names, FolderJson.Default.StringArray));
        return new SwapJournal(Path.GetFileName(_staging), [.. names, ListName], removed);
    }

    private void Commit(SwapJournal journal)
    {
        string prepared = Path.Combine(_staging, "journal");
        _before("write the journal");
        AtomicFile.WriteText(prepared, JsonSerializer.Serialize(journal, FolderJson.Default.SwapJournal));
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                // Not over the journal of another run. From here on the new report is the one that counts.
                _before("commit");
                File.Move(prepared, Journal, overwrite: false);
                break;
            }
            catch (IOException) when (attempt < 10 && File.Exists(Journal))
            {
                Recover(_folder, _before);
            }
        }

        Move(journal);
        try
        {
            RemoveJournal();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The new report is whole. The next run finds that there is nothing left to move.
        }
    }

    /// <summary>Moves all files. Where one cannot be moved, moves all back, and then there is no journal any more.</summary>
    private void Move(SwapJournal journal)
    {
        try
        {
            foreach (string name in journal.Files)
                Enter(name);
            foreach (string name in journal.Removed)
                Leave(name);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            foreach (string name in journal.Removed.Concat(journal.Files).Reverse())
                TakeBack(name, isNew: journal.Files.Contains(name));
            RemoveJournal();
            throw;
        }
    }

    private void Enter(string name)
    {
        if (!File.Exists(New(name)))
            return;
        if (File.Exists(Target(name)))
            MoveFile(Target(name), Old(name));
        MoveFile(New(name), Target(name));
    }

    private void Leave(string name)
    {
        if (File.Exists(Target(name)) && !File.Exists(Old(name)))
            MoveFile(Target(name), Old(name));
        RemoveEmpty(name);
    }

    /// <summary>The steps of <see cref="Enter"/> or <see cref="Leave"/> in reverse, so that either can follow again.</summary>
    private void TakeBack(string name, bool isNew)
    {
        if (isNew && !File.Exists(New(name)) && File.Exists(Target(name)))
            MoveFile(Target(name), New(name));
        if (File.Exists(Old(name)))
            MoveFile(Old(name), Target(name));
        RemoveEmpty(name);
    }

    private void MoveFile(string from, string to)
    {
        _before($"make the folder of {to}");
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        _before($"move {from}");
        File.Move(from, to, overwrite: true);
    }

    /// <summary>Removes the folders in which a file was, where they are empty now.</summary>
    private void RemoveEmpty(string name)
    {
        for (string? parent = Path.GetDirectoryName(name); !string.IsNullOrEmpty(parent); parent = Path.GetDirectoryName(parent))
        {
            if (!Directory.Exists(Target(parent)) || Directory.EnumerateFileSystemEntries(Target(parent)).Any())
                return;
            _before($"remove the folder {parent}");
            Directory.Delete(Target(parent));
        }
    }

    private void RemoveJournal()
    {
        _before("remove the journal");
        File.Delete(Journal);
    }

    /// <summary>A journal that could not be removed needs the staging folder: whoever comes next goes by both.</summary>
    private void ClearUnlessCommitted(FileStream held)
    {
        if (Read(Journal, FolderJson.Default.SwapJournal)?.Staging != Path.GetFileName(_staging))
            Clear(held);
    }

    /// <summary>Removes the staging folder. Where that fails, the next run does it.</summary>
    private void Clear(FileStream held)
    {
        try
        {
            _before("remove the staging folder");
            held.Dispose();
            Directory.Delete(_staging, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is hidden, and harms nobody.
        }
    }

    /// <summary>
    /// A staging folder and the lock that says its run is alive: the system opens it when the process ends in whatever way.
    /// </summary>
    private static (string Folder, FileStream Lock) Stage(string folder, Action<string>? before)
    {
        for (int attempt = 0; ; attempt++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{StagingPrefix}{Environment.ProcessId}-{attempt}");
            string path = Path.Combine(folder, name);
            before?.Invoke("make the staging folder");
            Directory.CreateDirectory(path);
            before?.Invoke("take the lock");
            if (Hold(path) is { } held)
                return (path, held);
            if (attempt == 100)
                throw new IOException($"no staging folder can be made in {folder}");
        }
    }

    /// <summary>The lock of a staging folder; null where its run is alive, or the folder is gone.</summary>
    private static FileStream? Hold(string staging)
    {
        try
        {
            return new FileStream(Path.Combine(staging, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Null where there is no such file, or it is damaged.</summary>
    private static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), type);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}
