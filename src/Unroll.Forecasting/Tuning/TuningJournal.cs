using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>
/// The finished trainings of a search in a file, a line of JSON each, on the disk before the next begins: a search that was killed
/// goes on where it was. The first line holds the setup, and another setup is refused.
/// </summary>
/// <remarks>A last line that was not written to its end is cut off when the journal is opened again. One search at a time.</remarks>
public sealed class TuningJournal : IDisposable
{
    private const string Format = "unroll tuning journal 2";
    private const int LongestShown = 60;
    private readonly FileStream _file;
    private readonly List<TrialResult> _finished = [];

    private TuningJournal(string path, FileStream file) => (Path, _file) = (path, file);

    /// <summary>The path of the journal.</summary>
    public string Path { get; }

    /// <summary>The trainings it held when it was opened, and those added since.</summary>
    public IReadOnlyList<TrialResult> Finished => _finished;

    /// <summary>Opens a journal to go on with, or begins one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="setup"><see cref="Tuner.Setup"/>.</param>
    /// <exception cref="UnrollException">It is of another setup, damaged, used by another search, or cannot be written.</exception>
    public static TuningJournal Open(string path, IReadOnlyList<KeyValuePair<string, string>> setup)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(setup);
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var journal = new TuningJournal(path, file);
            journal.Read(setup);
            return journal;
        }
        catch (Exception failure)
        {
            file?.Dispose();
            if (failure is IOException or UnauthorizedAccessException)
                throw new UnrollException($"The journal {path} cannot be opened: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}. "
                    + "End the search that uses it, or choose another folder.", failure)
                { Subject = "folder" };
            throw;
        }
    }

    /// <summary>Adds a training and returns when it is on the disk.</summary>
    /// <exception cref="UnrollException">It cannot be written.</exception>
    public void Add(TrialResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Append(JsonSerializer.Serialize(JournalLine.Of(result), JournalJson.Default.JournalLine));
        _finished.Add(result);
    }

    /// <summary>Closes the journal's file.</summary>
    public void Dispose() => _file.Dispose();

    private void Read(IReadOnlyList<KeyValuePair<string, string>> setup)
    {
        byte[] bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        int whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        string[] lines = whole == 0 ? [] : Encoding.UTF8.GetString(bytes, 0, whole - 1).Split('\n');
        _file.SetLength(whole);
        _file.Position = whole;
        if (lines.Length == 0)
        {
            Append(JsonSerializer.Serialize(new JournalHead(Format, setup.ToDictionary()), JournalJson.Default.JournalHead));
            return;
        }

        Check(Parse(lines[0], 1, JournalJson.Default.JournalHead), setup);
        for (int line = 1; line < lines.Length; line++)
        {
            TrialResult result = Parse(lines[line], line + 1, JournalJson.Default.JournalLine).ToResult();
            if (_finished.Exists(known => (known.Run.Trial, known.Run.Rung) == (result.Run.Trial, result.Run.Rung)))
                throw new UnrollException($"The journal {Path} has trial {result.Run.Trial} of rung {result.Run.Rung} twice, the second "
                    + $"time in line {line + 1}. Delete one of the lines, or choose another folder.")
                { Subject = "folder" };
            _finished.Add(result);
        }
    }

    private T Parse<T>(string text, int line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            if (JsonSerializer.Deserialize(text, type) is { } value)
                return value;
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new UnrollException($"Line {line} of the journal {Path} cannot be read. Delete the {(line == 1 ? "journal" : "line")}, or "
            + "choose another folder.")
        { Subject = "folder" };
    }

    private void Check(JournalHead head, IReadOnlyList<KeyValuePair<string, string>> setup)
    {
        const string Remedy = "Choose another folder, or delete the journal to begin anew.";
        if (head.Journal != Format)
            throw new UnrollException($"{Path} is no journal that this version can go on with. {Remedy}") { Subject = "folder" };
        List<string> differences = [];
        foreach ((string name, string value) in setup)
        {
            string? had = head.Setup.GetValueOrDefault(name);
            if (had == value)
                continue;
            differences.Add(had is null || had.Length > LongestShown || value.Length > LongestShown
                ? $"the {name} differ{(name == "data" ? "" : "s")}" : $"{name} was {had} and is {value}");
        }

        if (differences.Count > 0)
            throw new UnrollException($"The journal {Path} is of a search with another setup: {string.Join(", ", differences)}. {Remedy}")
            {
                Subject = "folder"
            };
    }

    private void Append(string line)
    {
        try
        {
            _file.Write(Encoding.UTF8.GetBytes(line + "\n"));
            _file.Flush(flushToDisk: true);
        }
        catch (IOException failure)
        {
            throw new UnrollException($"The journal {Path} cannot be written: {failure.Message.TrimEnd('.')}. Make room, and start the "
                + "search again: it goes on where it was.", failure);
        }
    }
}

internal sealed record JournalHead(string Journal, Dictionary<string, string> Setup);

/// <summary>A finished training; its error is null where it diverged.</summary>
internal sealed record JournalLine(int Trial, int Rung, int Epochs, double? Error, int Parameters, double Seconds, TrialSettings Settings)
{
    public static JournalLine Of(TrialResult result) => new(
        result.Run.Trial,
        result.Run.Rung,
        result.Run.Epochs,
        result.HasDiverged ? null : result.Error,
        result.Parameters,
        result.Seconds,
        result.Run.Settings);

    public TrialResult ToResult() =>
        new(new TrialRun(Trial, Rung, Epochs, Settings), Error ?? double.PositiveInfinity, Parameters, Seconds);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JournalHead))]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalJson : JsonSerializerContext;
