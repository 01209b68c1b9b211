using System.Globalization;
using System.Text;

namespace Unroll.Cluster.Worker;

/// <summary>
/// Made pieces, by the first word of their key: <c>add 1 2</c>; <c>nothing</c>; <c>sleep MS</c>; <c>gate FILE</c>, which makes
/// FILE.INSTANCE and waits until FILE is there; <c>own</c>, whose content no two workers have alike; <c>own-gate FILE</c>, both;
/// <c>refuse</c>; <c>break</c>;
/// <c>break-once FILE</c>; <c>input</c>, the content of the first file; <c>deaf FILE</c>, a gate that does not hear of its end.
/// </summary>
internal sealed class MadeWork(string instance) : IPieceWork
{
    private int _runs;

    /// <summary>How many pieces were begun.</summary>
    public int Runs => Volatile.Read(ref _runs);

    public PieceOutput Run(PieceJob job, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _runs);
        string[] words = job.Piece.Key.Split(' ', 3);
        string content = words[0] switch
        {
            "add" => (Number(words[1]) + Number(words[2])).ToString(CultureInfo.InvariantCulture),
            "nothing" => "",
            "sleep" => Sleep((int)Number(words[1]), cancellation),
            "gate" => Gate(words[1], cancellation),
            "deaf" => Gate(words[1], CancellationToken.None),
            "own" => instance,
            "own-gate" => Gate(words[1], cancellation) + instance,
            "refuse" => throw new UnrollException("The data have a hole in row 7."),
            "break" => throw new InvalidOperationException("The work broke."),
            "break-once" => Once(words[1]),
            "input" => File.ReadAllText(job.Inputs[0]),
            "job" => $"{job.Study} {job.Kind} {job.Setup} {string.Join(',', job.Words)} "
                + $"{string.Join(',', job.Inputs.Select(Path.GetFileName))} {job.Piece.Number}",
            _ => throw new UnrollException($"Nobody knows the piece {job.Piece.Key}."),
        };
        return new PieceOutput(Encoding.UTF8.GetBytes(content), Encoding.UTF8.GetBytes(instance));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Sleep(int milliseconds, CancellationToken cancellation)
    {
        cancellation.WaitHandle.WaitOne(milliseconds);
        cancellation.ThrowIfCancellationRequested();
        return milliseconds.ToString(CultureInfo.InvariantCulture);
    }

    private static string Once(string file)
    {
        try
        {
            using var made = new FileStream(file, FileMode.CreateNew);
        }
        catch (IOException)
        {
            return "at the second try";
        }

        throw new InvalidOperationException("The work broke.");
    }

    private string Gate(string file, CancellationToken cancellation)
    {
        File.WriteAllText($"{file}.{instance}", "");
        while (!File.Exists(file))
        {
            cancellation.WaitHandle.WaitOne(20);
            cancellation.ThrowIfCancellationRequested();
        }

        return "through";
    }
}
