using Unroll.Forecasting;
using Unroll.Formats;

namespace Unroll.Fuzz;

/// <summary>One edited file, and what came of loading it.</summary>
internal sealed record Attempt(string Name, byte[] File, bool Loaded, string? Failure)
{
    private const long MostBytes = 50_000_000;
    private static readonly TimeSpan s_mostTime = TimeSpan.FromSeconds(1);

    /// <summary>The same seed makes the same edits.</summary>
    public static Attempt Make(IReadOnlyList<(string Name, byte[] File)> corpus, int seed)
    {
        var random = new Random(seed);
        (string name, byte[] original) = corpus[random.Next(corpus.Count)];
        return Load(name, FileEdit.Apply(original, random));
    }

    public static Attempt Load(string name, byte[] file)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan time = Environment.CpuUsage.TotalTime;
        bool loaded = false;
        string? failure = null;
        try
        {
            if (name.StartsWith(Corpus.ForecasterPrefix, StringComparison.Ordinal))
                ForecastFile.Load(new MemoryStream(file), name);
            else if (Path.IsPathRooted(name))
                Checkpoints.Resume(file, name);
            else
                ModelFile.FromBytes(file, name);
            loaded = true;
        }
        catch (UnrollException refusal)
        {
            if (refusal.Message.AsSpan().ContainsAny('\n', '\r'))
                failure = "a message of several lines: " + refusal.Message;
            else if (!refusal.Message.StartsWith(name, StringComparison.Ordinal))
                failure = "a message that does not name the file: " + refusal.Message;
        }
        catch (Exception other)
        {
            failure = other.ToString();
        }

        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        time = Environment.CpuUsage.TotalTime - time;
        if (failure is null && bytes > MostBytes + 20L * file.Length)
            failure = $"{bytes >> 20} MB for a file of {file.Length} bytes";
        if (failure is null && time > s_mostTime)
            failure = $"{time.TotalSeconds:F1} s for a file of {file.Length} bytes";
        return new Attempt(name, file, loaded, failure);
    }
}
