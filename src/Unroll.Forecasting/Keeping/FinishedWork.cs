using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Unroll.Formats;

namespace Unroll.Forecasting;

/// <summary>
/// The finished parts of a long run in a folder, a file each, on the disk before the next begins: a run that was killed goes on where it
/// was, and ends as one that was not. A part is found again by its key, and only by a run of the same setup.
/// </summary>
/// <remarks>
/// Any number of threads may use it at once. Nothing that goes wrong with its files is an error of the run: a damaged file is removed and
/// its part computed again, and what cannot be written is not kept. Work of other setups stays in the same folder until a run has ended
/// well (<see cref="Remove"/>), or for 30 days.
/// </remarks>
public sealed partial class FinishedWork
{
    private const string SetupEntry = "setup", KeyEntry = "key", TrainingEntry = "training";

    /// <summary>Of the file beside a part that says how long it took, which is all of it that no second run repeats.</summary>
    private const string TookEnding = ".took";
    private static readonly TimeSpan s_keptFor = TimeSpan.FromDays(30);
    private static readonly Dictionary<string, string> s_noFacts = [];

    private readonly string _setup, _own, _place = "";
    private readonly Action<string>? _onFailure;
    private int _failures;

    private FinishedWork(string folder, string setup, Action<string>? onFailure)
    {
        (Folder, _setup, _onFailure) = (folder, setup, onFailure);
        _own = Path.Combine(folder, NameOf(setup));
    }

    /// <summary>The same work, where keys begin with a place: a fit of a backtest finds its own networks and no other's.</summary>
    private FinishedWork(FinishedWork whole, string place) =>
        (Folder, _setup, _own, _onFailure, _place) = (whole.Folder, whole._setup, whole._own, whole._onFailure, $"{whole._place}{place}/");

    /// <summary>The folder; it is there once something was added.</summary>
    public string Folder { get; }

    /// <summary>How many parts of this setup are kept.</summary>
    public int Count =>
        Try(() => Directory.Exists(_own) ? Files().Count(file => !IsMeasured(file)) : 0);

    /// <summary>Opens a folder to go on with, or to begin. It need not be there yet.</summary>
    /// <param name="folder">The folder; nothing else may be in it.</param>
    /// <param name="setup">Everything that the results depend on, from <see cref="SetupHash"/>.</param>
    /// <param name="onFailure">Called at most once, with a sentence, when a part cannot be kept; perhaps on another thread.</param>
    public static FinishedWork Open(string folder, string setup, Action<string>? onFailure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentException.ThrowIfNullOrWhiteSpace(setup);
        var work = new FinishedWork(folder, setup, onFailure);
        AtomicFile.RemoveLeftovers(work._own);
        foreach (string other in Try(() => Directory.Exists(folder) ? Directory.GetDirectories(folder) : []) ?? [])
        {
            if (other != work._own && Try(() => Newest(other)) < DateTime.UtcNow - s_keptFor)
                Delete(other);
        }

        return work;
    }

    /// <summary>The same folder with keys of its own.</summary>
    /// <param name="place">What the keys begin with.</param>
    internal FinishedWork Within(string place)
    {
        ArgumentException.ThrowIfNullOrEmpty(place);
        return new FinishedWork(this, place);
    }

    /// <summary>The training that was added under a key, by this run or an earlier one; null where there is none.</summary>
    internal FinishedTraining? Find(string key)
    {
        string path = PathOf(key, ".unroll");
        if (Contents(path) is not { } bytes)
            return null;
        try
        {
            (Model model, IReadOnlyDictionary<string, string> entries) = ModelFile.FromBytes(bytes, path);
            if (entries.GetValueOrDefault(SetupEntry) == _setup
                && entries.GetValueOrDefault(KeyEntry) == _place + key
                && JsonSerializer.Deserialize(entries.GetValueOrDefault(TrainingEntry, "null"), TrainingFactsJson.Default.TrainingFacts)
                    is { } training)
                return new FinishedTraining(model, training.ToHistory(TrainingTimes.Read(Took(path))), training.Facts);
        }
        catch (Exception damage) when (damage is UnrollException { UnknownKind: null } or JsonException)
        {
            // Removed below.
        }

        Delete(path);
        return null;
    }

    /// <summary>Keeps a training, and returns when it is on the disk.</summary>
    /// <param name="key">What it is called, for example <c>lstm/0/choose</c>.</param>
    /// <param name="model">The trained model.</param>
    /// <param name="history">What <see cref="Model.Fit"/> returned.</param>
    /// <param name="facts">What else was computed, by name; numbers in the format R.</param>
    /// <exception cref="ArgumentException">The training was cancelled or diverged, so it is not finished.</exception>
    internal void Add(string key, Model model, History history, IReadOnlyDictionary<string, string>? facts = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(history);
        if (history.Reason is not (StopReason.Finished or StopReason.StoppedEarly))
            throw new ArgumentException($"The training {key} is {history.Reason}: it is not finished, and must not be kept.",
                nameof(history));
        string path = PathOf(key, ".unroll");
        byte[] bytes = ModelFile.ToBytes(model, new Dictionary<string, string>
        {
            [SetupEntry] = _setup,
            [KeyEntry] = _place + key,
            [TrainingEntry] = JsonSerializer.Serialize(
                TrainingFacts.Of(history, facts ?? s_noFacts), TrainingFactsJson.Default.TrainingFacts),
        });
        Write(path, bytes, TrainingTimes.Of(history).ToString());
    }

    /// <summary>The text that was added under a key, by this run or an earlier one; null where there is none.</summary>
    internal string? FindText(string key) => FindText(key, out _);

    /// <param name="key">As it was added.</param>
    /// <param name="took">What was said of how long it took; null where nothing was, or that was lost.</param>
    /// <inheritdoc cref="FindText(string)"/>
    internal string? FindText(string key, out string? took)
    {
        string path = PathOf(key, ".text");
        took = Took(path);
        if (Contents(path) is not { } bytes)
            return null;
        byte[] head = Encoding.UTF8.GetBytes(HeadOf(key));
        if (OpenChecked(bytes) is { } text && text.Span.StartsWith(head))
            return Encoding.UTF8.GetString(text.Span[head.Length..]);
        Delete(path);
        return null;
    }

    /// <summary>Keeps a text, such as the predictions of a fold, and returns when it is on the disk.</summary>
    /// <param name="key">What it is called, for example <c>fold/3</c>; texts and trainings do not share keys.</param>
    /// <param name="text">Any text that a second run repeats; numbers in the format R come back to the bit.</param>
    /// <param name="took">How long it took, which no second run repeats; null where that is not told.</param>
    internal void AddText(string key, string text, string? took = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        string path = PathOf(key, ".text");
        Write(path, Seal(HeadOf(key) + text), took);
    }

    /// <summary>
    /// Removes the folder with all that was kept for this setup and others: the run ended well, and its results are elsewhere.
    /// </summary>
    public void Remove() => Delete(Folder);

    private static string NameOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];

    private string HeadOf(string key) => $"{_setup}\n{_place}{key}\n";

    private string PathOf(string key, string ending)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Path.Combine(_own, NameOf(_place + key) + ending);
    }

    private static string? Took(string path) =>
        Contents(path + TookEnding) is { } bytes && OpenChecked(bytes) is { } text ? Encoding.UTF8.GetString(text.Span) : null;

    /// <summary>A text behind its checksum.</summary>
    private static byte[] Seal(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [.. SHA256.HashData(bytes), .. bytes];
    }

    /// <summary>Null where the checksum does not fit.</summary>
    private static ReadOnlyMemory<byte>? OpenChecked(byte[] bytes)
    {
        const int Sum = SHA256.HashSizeInBytes;
        if (bytes.Length < Sum || !bytes.AsSpan(0, Sum).SequenceEqual(SHA256.HashData(bytes.AsSpan(Sum))))
            return null;
        return bytes.AsMemory(Sum);
    }

    private void Write(string path, byte[] bytes, string? took)
    {
        try
        {
            // A part whose time is lost is still a part, so that comes first.
            if (took is not null)
                AtomicFile.Write(path + TookEnding, Seal(took));
            AtomicFile.Write(path, bytes);
        }
        catch (UnrollException failure)
        {
            if (Interlocked.Increment(ref _failures) == 1)
            {
                string why = (failure.InnerException ?? failure).Message.ReplaceLineEndings(" ").TrimEnd('.');
                _onFailure?.Invoke($"What is finished cannot be kept: {why}. The run goes on, but if it is interrupted, it "
                    + "must begin anew.");
            }
        }
    }

    /// <summary>Null where there is no such file, or it cannot be read.</summary>
    private static byte[]? Contents(string path) => File.Exists(path) ? Try(() => File.ReadAllBytes(path)) : null;

    private static DateTime Newest(string folder) =>
        Directory.GetFiles(folder).Select(File.GetLastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(folder)).Max();

    private static void Delete(string path) => Try(() =>
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
        return true;
    });

    private static T? Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}
