using System.Globalization;
using Unroll.Forecasting;
using Unroll.Formats;

namespace Unroll.Cli;

/// <summary>
/// The folder that a verb writes its report to. It has the old report or the new one, whatever ends the run (<see cref="FolderSwap"/>);
/// beside it, hidden, stands what a run that is not yet ended has finished (<see cref="OpenWork"/>).
/// </summary>
internal sealed class ReportFolder
{
    private const string WorkName = ".unroll-work";

    /// <summary>Those that are known before there is a report.</summary>
    private static readonly string[] s_names = ["report.html", "metrics.json", "predictions.csv"];

    private readonly bool _isNew;
    private FinishedWork? _work;

    /// <exception cref="UnrollException">There can be no such folder, or it may not be written to.</exception>
    public ReportFolder(string path)
    {
        if (path.Trim().Length == 0)
            throw new UnrollException("The name of the --out folder is empty. Choose a folder, for example forecast-report.");
        if (File.Exists(path))
            throw new UnrollException($"{path} is a file, so the report cannot be written there. Choose a folder with --out.");
        Path = path;
        try
        {
            _isNew = !Directory.Exists(path);
            Directory.CreateDirectory(path);
            FolderSwap.Recover(path);
            AtomicFile.RemoveLeftovers(path);
            string probe = System.IO.Path.Combine(path, ProbeName);
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UnrollException(
                $"The folder {path} cannot be written to: {failure.Message.TrimEnd('.')}. Choose another with --out.", failure);
        }

        foreach (string name in s_names)
            FolderSwap.Require(path, name);
    }

    public string Path { get; }

    /// <summary>Refuses a folder with a fitted forecaster, for a verb whose report would take its place.</summary>
    /// <exception cref="UnrollException">There is one.</exception>
    public void RequireNoForecaster(string verb)
    {
        if (File.Exists(System.IO.Path.Combine(Path, ForecastFiles.Model)))
            throw new UnrollException(
                $"{Path} holds a fitted forecaster, {ForecastFiles.Model}, which a {verb} would remove. Choose another folder with --out.");
    }

    /// <summary>As <see cref="AtomicFile"/> names what it is about to rename: whatever is left of a dead run is removed.</summary>
    private static string ProbeName => string.Create(CultureInfo.InvariantCulture, $".unroll.{Environment.ProcessId}.tmp");

    /// <summary>Writes texts under their names. Where one cannot be written, none is.</summary>
    /// <exception cref="UnrollException">A file cannot be written.</exception>
    public void Write(IReadOnlyDictionary<string, string> texts) => Write(texts, new Dictionary<string, Action<string>>());

    /// <summary>
    /// Writes texts, and what is given a path, under their names, which may hold a folder. Where one cannot be written, none is.
    /// </summary>
    /// <exception cref="UnrollException">A file cannot be written.</exception>
    public void Write(IReadOnlyDictionary<string, string> texts, IReadOnlyDictionary<string, Action<string>> others)
    {
        var files = others.ToDictionary();
        foreach ((string name, string text) in texts)
            files[name] = path => AtomicFile.WriteText(path, text);
        try
        {
            FolderSwap.Replace(Path, files);
        }
        catch (Exception failure)
            when ((failure is UnrollException ? failure.InnerException : failure) is IOException or UnauthorizedAccessException)
        {
            string problem = $"The report cannot be written to {Path}: {FolderSwap.Reason(failure)}.";
            throw new UnrollException($"{problem} Make room, or choose another folder with --out.", failure);
        }

        _work?.Remove();
    }

    /// <summary>The parts of this run that an earlier one finished, and a place for those to come; the report takes its place.</summary>
    /// <param name="setup">From <see cref="SetupHash"/>.</param>
    /// <param name="onFailure">Called once with a sentence where a part cannot be kept.</param>
    public FinishedWork OpenWork(string setup, Action<string> onFailure) =>
        _work = FinishedWork.Open(System.IO.Path.Combine(Path, WorkName), setup, onFailure);

    /// <summary>Puts a report right that a killed run has left half in its place, before one of its files is read.</summary>
    /// <param name="file">A file that may be of a report.</param>
    /// <exception cref="UnrollException">It cannot be put right.</exception>
    public static void RecoverAround(string file)
    {
        string? folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file));
        if (folder is not null && FolderSwap.IsBegun(folder))
            FolderSwap.Recover(folder);
    }

    /// <summary>Keeps a network of a run that did not end, beside the files of a run that did; returns where.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public string Keep(PartsForecaster network)
    {
        string path = System.IO.Path.Combine(Path, network.Key + ".partial.unroll");
        ForecastFile.Save(network, path);
        return path;
    }

    /// <summary>Leaves no empty folder behind.</summary>
    public void Abandon()
    {
        if (_isNew && !Directory.EnumerateFileSystemEntries(Path).Any())
            Directory.Delete(Path);
    }
}
