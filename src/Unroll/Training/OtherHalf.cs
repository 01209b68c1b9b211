using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll.Training;

/// <summary>
/// The process that computes the other half of the groups of each batch, at the other end of a stream. Both hold the same weights, samples
/// and options and take the same steps; in each step they send each other what their half of the tree (<see cref="SumTree"/>) has come to,
/// and its last addition is made in both. So both have the bits of one process. They need one byte order, one instruction
/// set and the same samples.
/// </summary>
/// <remarks>Not offered to users, for what it gains: docs/decisions/0014-training-across-processes.md.</remarks>
/// <param name="stream">Both ways at once, as a socket; its owner sets how long it waits, and closes it.</param>
/// <param name="isSecond">Whether this process has the second half, and the other one the first.</param>
internal sealed class OtherHalf(Stream stream, bool isSecond)
{
    private static readonly string[] s_facts =
    [
        "half", "panel width of the instruction set", "seed of the step", "rows of the batch", "checksum of the weights", "bytes a step",
        "bytes a row",
    ];

    private static readonly int s_head = s_facts.Length * sizeof(long);
    private readonly long[] _facts = new long[s_facts.Length];
    private readonly ByteMessage _received = new();

    /// <summary>Whether this process has the second half.</summary>
    public bool IsSecond => isSecond;

    /// <summary>What this process sends in a step, to be filled after <see cref="Begin"/>.</summary>
    public ByteMessage Sent { get; } = new();

    /// <summary>Begins the message of a step.</summary>
    /// <param name="facts">What must be the same in both: <see cref="Kernels{T}.PanelColumns"/>, which tells instruction sets apart, the
    /// seed of the step, rows, a checksum of the weights. That the samples are the same is taken for granted.</param>
    /// <param name="perStep">Bytes that each half puts into its message, beside those of its rows.</param>
    /// <param name="perRow">Bytes for each of its rows.</param>
    /// <param name="ownRows">Rows of this half.</param>
    public void Begin((int Panel, ulong Seed, int Rows, long Weights) facts, int perStep, int perRow, int ownRows)
    {
        (_facts[0], _facts[1], _facts[2], _facts[3], _facts[4]) =
            (isSecond ? 2 : 1, facts.Panel, (long)facts.Seed, facts.Rows, facts.Weights);
        (_facts[5], _facts[6]) = (perStep, perRow);
        Sent.Begin(checked(s_head + perStep + perRow * ownRows));
        Sent.Put<long>(_facts);
        _received.Begin(checked(s_head + perStep + perRow * (facts.Rows - ownRows)));
    }

    /// <summary>Sends the message and receives that of the other process.</summary>
    /// <returns>The other's message, to be taken as <see cref="Sent"/> was put.</returns>
    /// <exception cref="UnrollException">The other process has ended, or trains something else.</exception>
    public ByteMessage Exchange()
    {
        try
        {
            // While this one reads: a message is larger than what a stream holds, so neither may wait until the other has read.
            Task sending = Send();
            stream.ReadExactly(_received.Bytes.Span[..s_head]);
            RequireSame(_received.Take<long>(s_facts.Length));
            stream.ReadExactly(_received.Bytes.Span[s_head..]);
            sending.GetAwaiter().GetResult();
            return _received;
        }
        catch (IOException error)
        {
            throw new UnrollException(
                "The other process of this training has ended, or the connection to it is lost. Start both processes again.", error);
        }
    }

    private async Task Send()
    {
        await stream.WriteAsync(Sent.Bytes).ConfigureAwait(false);
        await stream.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Two that begin differently or come apart, as by another rate, stop at the next step.</summary>
    private void RequireSame(ReadOnlySpan<long> theirs)
    {
        for (int i = 0; i < s_facts.Length; i++)
        {
            bool isHalf = i == 0;
            if (_facts[i] == theirs[i] != isHalf)
                continue;
            throw new UnrollException(
                "The other process of this training does not do the other half of it: "
                + $"its {s_facts[i]} is {theirs[i]}, here it is {_facts[i]}. "
                + "Start both with the same model, samples and options, on processors of the same instruction set, one as each half.");
        }
    }
}
