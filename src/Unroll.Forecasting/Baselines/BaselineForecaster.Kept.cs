using System.Diagnostics;
using System.Globalization;

namespace Unroll.Forecasting;

/// <content>How the rules of many series are fitted in groups that finished work keeps, and of which other machines may fit some.</content>
public abstract partial class BaselineForecaster
{
    /// <summary>What groups are kept under: of the first fit, and of one to more rows.</summary>
    private const string FirstFit = "fit", Again = "again";

    /// <summary>Whether a fit takes so long that what is finished is worth keeping.</summary>
    internal bool IsSlow => UsualTime.Rank(this) > UsualTime.Rank(new RidgeForecaster());

    /// <summary>Of the tables of a group of parts: what takes some seconds to fit.</summary>
    internal int RowsAGroup { get; set; } = 20_000;

    /// <summary>How many groups the parts of a task are divided into.</summary>
    internal int GroupsOf(ForecastTask task) => FittedRules.Groups(task, RowsAGroup).Length;

    /// <summary>Fits the rules of one group of parts, keeps them and forgets them.</summary>
    /// <param name="group">Which, from 0.</param>
    /// <param name="task">What is learnt from, all parts.</param>
    /// <param name="refits">Whether they are fitted again to all rows then.</param>
    /// <param name="run">What ends it.</param>
    internal void FitGroup(int group, ForecastTask task, bool refits, FitRun run)
    {
        Part[] parts = FittedRules.Groups(task, RowsAGroup)[group];
        Keep(FittedFacts.Of(task), Group(task, parts, FirstFit, group, FitPart, run, () => { }));
        if (refits)
            Group(task.Whole(), parts, Again, group, RefitPart, run, () => { });
    }

    private PartModel[] InGroups(
        ForecastTask task, string stage, Func<ForecastTask, Part, CancellationToken, BaselineModel> fit, FitRun run)
    {
        if (Work is null || !IsSlow)
            return Each<PartModel>(task, (part, _) => fit(task, part, run.Cancellation), run);
        Action fitted = run.Counter(ForecastStage.Fitting, task.Parts.Count);
        return [.. FittedRules.Groups(task, RowsAGroup).SelectMany((parts, group) => Group(task, parts, stage, group, fit, run, fitted))];
    }

    /// <summary>The models of one group, found or fitted.</summary>
    private PartModel[] Group(
        ForecastTask task,
        Part[] parts,
        string stage,
        int group,
        Func<ForecastTask, Part, CancellationToken, BaselineModel> fit,
        FitRun run,
        Action fitted)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"{Key}/{stage}/{group}");
        if (Work!.FindText(key, out string? took) is { } text
            && FittedRules.Read(text, parts.Length) is { } kept
            && RestoreModels(task, parts, kept) is { } found)
        {
            foreach (Part _ in parts)
                fitted();
            run.AddTime(TimeSpan.FromTicks(long.TryParse(took, CultureInfo.InvariantCulture, out long ticks) ? ticks : 0));
            return found;
        }

        var clock = Stopwatch.StartNew();
        PartModel[] models = Each<PartModel>(task, parts, (part, _) => fit(task, part, run.Cancellation), fitted, run);
        FittedRule[] rules = [.. models.Cast<BaselineModel>().Select(model => new FittedRule(
            model.Rule.State, model.Track is { } track ? FoldTrack.Of(track) : null, _replaced.GetValueOrDefault(model.Part)))];
        Work.AddText(key, FittedRules.Text(rules), clock.Elapsed.Ticks.ToString(CultureInfo.InvariantCulture));
        return models;
    }

    /// <summary>Null where what is kept is no rule.</summary>
    private PartModel[]? RestoreModels(ForecastTask task, Part[] parts, IReadOnlyList<FittedRule> kept)
    {
        try
        {
            PartModel[] models = [.. parts.Select((part, i) => new BaselineModel(BaselineRule.Restore(kept[i].State, part.Target))
            {
                Part = part,
                Facts = PartFacts.Of(task[part], task.Options),
                Track = kept[i].Track?.ToTrack(),
            })];
            foreach ((int i, Part part) in parts.Index())
            {
                if (kept[i].Replaced is { } reason)
                    _replaced[part] = reason;
                else
                    _replaced.TryRemove(part, out _);
            }

            return models;
        }
        catch (UnrollException)
        {
            return null;
        }
    }
}
