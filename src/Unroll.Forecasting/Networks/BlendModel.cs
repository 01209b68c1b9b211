namespace Unroll.Forecasting;

/// <summary>The members of a blend for one part, with their shares.</summary>
/// <param name="members">One a member.</param>
/// <param name="shares">[members][H], which sum to 1 at each step.</param>
internal sealed class BlendModel(PartModel[] members, double[][] shares) : PartModel
{
    public PartModel[] Members => members;

    public double[][] Shares => shares;

    public override int NeededRows => UsedNumbers().Max(k => members[k].NeededRows);

    public override RawForecast Ahead(TimeSeries table, int first, int count, int steps)
    {
        RawForecast?[] all = [.. members.Select((member, k) => Counts(k) ? member.Ahead(table, first, count, steps) : null)];
        return Mix(all, steps);
    }

    public override double[][] Contributions(TimeSeries table, int first, int origin, int steps)
    {
        double[][] rows = ContributionRows.Empty(steps);
        foreach (int k in UsedNumbers().Where(Has))
            ContributionRows.Add(rows, members[k].Contributions(table, first, origin, steps), h => shares[k][h]);
        return rows;
    }

    public override PermutedInputs Permute(TimeSeries table, int[] origins, int steps)
    {
        int[] used = [.. UsedNumbers().Where(Has)];
        PermutedInputs[] permuted = Array.ConvertAll(used, k => members[k].Permute(table, origins, steps));
        return new PermutedBlend(permuted, Array.ConvertAll(used, k => shares[k]), origins);
    }

    public override PartModel WithStaticOf(PartModel other)
    {
        if (other is not BlendModel { Members: var others } || others.Length != members.Length)
            return this;
        PartModel[] lent = [.. members.Select((member, k) => member.WithStaticOf(others[k]))];
        return new BlendModel(lent, shares) { Part = Part, Facts = Facts, Track = Track };
    }

    public override void RequireKnown(TimeSeries table, int origin, int steps)
    {
        foreach (int k in UsedNumbers())
            members[k].RequireKnown(table, origin, steps);
    }

    public override IEnumerable<string> Columns => UsedNumbers().SelectMany(k => members[k].Columns);

    public override string? NoteOn(TimeSeries table) => UsedNumbers().Select(k => members[k].NoteOn(table))
        .FirstOrDefault(note => note is not null);

    /// <summary>The newest training rows as the members forecast them, in these shares.</summary>
    public static TrackRecord Calibration(PartModel[] members, double[][] shares)
    {
        TrackRecord[] tracks = [.. members.Select(member => member.Track).OfType<TrackRecord>()];
        HorizonForecast first = tracks.MaxBy(track => track.Validation.Origins)!.Validation;
        int steps = first.Steps;
        RawForecast?[] raw = [.. members.Select(member => member.Track is { } track && track.Validation.Origins == first.Origins
            ? new RawForecast([.. Enumerable.Range(0, first.Origins).Select(origin => track.Validation.From(origin).ToArray())],
                track.ValidationHead)
            : null)];
        RawForecast mixed = new BlendModel(members, shares) { Part = members[0].Part, Facts = members[0].Facts }.Mix(raw, steps);
        return new TrackRecord(new HorizonForecast(first.AllActual, mixed.Values), mixed.Head);
    }

    /// <summary>
    /// The weighted mean of values. Quantiles, where members say any, are as far from it as the mean of theirs from their values.
    /// </summary>
    private RawForecast Mix(RawForecast?[] all, int steps)
    {
        int count = all.First(each => each is not null)!.Values.Length;
        double[][] mixed = [.. Enumerable.Range(0, count).Select(_ => new double[steps])];
        for (int k = 0; k < all.Length; k++)
        {
            if (!Has(k) || all[k] is not { } member)
                continue;
            for (int i = 0; i < count; i++)
            {
                // A forecast of share 0 may be infinite.
                for (int h = 0; h < steps; h++)
                    mixed[i][h] += shares[k][h] == 0 ? 0 : shares[k][h] * member.Values[i][h];
            }
        }

        int[] heads = [.. Enumerable.Range(0, all.Length).Where(k => all[k]?.Head is not null)];
        return new RawForecast(mixed, heads.Length == 0 ? null : QuantilesAround(mixed, all, heads, steps));
    }

    private HorizonQuantiles QuantilesAround(double[][] mixed, RawForecast?[] all, int[] heads, int steps)
    {
        int each = Heads.Levels.Length;
        double[][] ahead = [.. mixed.Select(_ => new double[steps * each])];
        for (int h = 0; h < steps; h++)
        {
            double sum = heads.Sum(k => shares[k][h]);
            for (int i = 0; i < mixed.Length; i++)
            {
                for (int q = 0; q < each; q++)
                {
                    double apart = heads.Sum(k => (sum > 0 ? shares[k][h] / sum : 1.0 / heads.Length)
                        * (all[k]!.Head!.Ahead[i][(h * each) + q] - all[k]!.Values[i][h]));
                    ahead[i][(h * each) + q] = mixed[i][h] + apart;
                }
            }
        }

        return new HorizonQuantiles(steps, ahead);
    }

    private bool Has(int member) => shares[member].AsSpan().ContainsAnyExcept(0.0);

    /// <summary>What says quantiles is asked for them, whatever its share in the value.</summary>
    private bool Counts(int member) => Has(member) || members[member].HasHead;

    /// <summary>The members whose forecasts count.</summary>
    public IEnumerable<PartModel> UsedMembers => UsedNumbers().Select(k => members[k]);

    private IEnumerable<int> UsedNumbers() => Enumerable.Range(0, members.Length).Where(Counts);
}
