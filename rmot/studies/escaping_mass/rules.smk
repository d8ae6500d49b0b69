# Relative entropy against chi-squared: calls as the prior's last node and the strike grow.


rule escaping_mass_last_nodes:
    output:
        f"{RESULTS}/tables/escaping_mass_last_nodes.csv",
    params:
        code=code_hash("rmot.studies.escaping_mass.last_nodes"),
    benchmark:
        f"{RESULTS}/timings/escaping_mass_last_nodes.tsv"
    shell:
        "python -m rmot.studies.escaping_mass.last_nodes --profile {PROFILE} --output {output}"


rule escaping_mass_far_calls:
    output:
        csv=f"{RESULTS}/tables/escaping_mass_far_calls.csv",
        tex=f"{RESULTS}/tables/escaping_mass_far_calls.tex",
    params:
        code=code_hash("rmot.studies.escaping_mass.far_calls"),
    benchmark:
        f"{RESULTS}/timings/escaping_mass_far_calls.tsv"
    shell:
        "python -m rmot.studies.escaping_mass.far_calls --profile {PROFILE} --output {output.csv}"
